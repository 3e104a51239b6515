"""A signed-in `GET /api/v1/bibs/{id}`, against Flask alone and against Flask with a Core read."""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Row

from bench.ground import Ground
from bench.report import Result
from bench.rounds import Side, interleave, ratio
from bench.serving import in_process, through_gunicorn
from bench.sizes import Sizes
from bench.statements import told
from stackroom.catalogue.models import Bib
from stackroom.core.database import db
from stackroom.testing.furnish import add_bib, add_item
from stackroom.testing.house import Api


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    bib_id = _furnish(ground)
    api = ground.house.api("librarian")
    path = f"/api/v1/bibs/{bib_id}"
    apps = {
        "ours": ground.app,
        "core": _flask_with_core(path, ground, bib_id),
        "alone": _flask_alone(path, api.get(path).data),
    }
    for how, call in {"gunicorn": through_gunicorn, "no server": in_process}.items():
        sides: dict[str, Side] = {
            name: call(app, path, ground.house.tenant.host, api.token) for name, app in apps.items()
        }
        yield from _compared(ground, sizes, how, sides)
    yield from _statements(ground, api, path)


def _compared(ground: Ground, sizes: Sizes, how: str, sides: dict[str, Side]) -> Iterator[Result]:
    """The goal is set for a served request; without a server the ratio is of Python alone."""
    times = interleave(sides, rounds=sizes.rounds, calls=sizes.calls)
    against_core, against_alone = (ratio(times["ours"], times[it]) for it in ("core", "alone"))
    served = how == "gunicorn"
    yield Result(
        "G1" if served else "–", ground.name, f"GET a bib / Flask + Core read ({how})",
        str(against_core), against_core.cpu, 1.8 if served else None,
    )  # fmt: skip
    yield Result(
        "–", ground.name, f"GET a bib / Flask, same bytes ({how})", str(against_alone),
        against_alone.cpu,
    )  # fmt: skip


def _furnish(ground: Ground) -> UUID:
    with ground.house.work():
        bib = add_bib(author="Ridley, Matt", isbns=["9780140244045"], subjects=["Ethics"])
        add_item(bib, "bench-reading")
        bib_id = bib.id
    ground.copy_to_bare()
    return bib_id


def _flask_alone(path: str, body: bytes) -> Flask:
    app = Flask("alone")
    app.add_url_rule(path, view_func=lambda: Response(body, mimetype="application/json"))
    return app


def _flask_with_core(path: str, ground: Ground, bib_id: UUID) -> Flask:
    """The least that reads the row: one statement, made once, in the default transaction."""
    app = Flask("core")
    bibs = Bib.__table__
    row = sa.select(bibs).where(
        bibs.c.tenant_id == ground.house.tenant.id, bibs.c.id == sa.bindparam("id")
    )

    def read() -> ResponseReturnValue:
        with ground.bare.connect() as connection:
            return jsonify(_shown(connection.execute(row, {"id": bib_id}).one()))

    app.add_url_rule(path, view_func=read)
    return app


def _shown(row: Row[tuple[object, ...]]) -> dict[str, object]:
    hidden = {"tenant_id", "revision", "marc"}
    return {name: value for name, value in row._mapping.items() if name not in hidden}  # noqa: SLF001


def _statements(ground: Ground, api: Api, path: str) -> Iterator[Result]:
    wanted = {"GET a bib": (path, 2), "GET a page of bibs": ("/api/v1/bibs?facets=false", 3)}
    with ground.app.app_context():
        engine = db.engine
    for what, (address, bound) in wanted.items():
        api.get(address)  # the organisation's host is remembered for two seconds
        number = len(told(engine, lambda address=address: api.get(address)))  # type: ignore[misc]
        yield Result("G4", ground.name, f"{what}, statements", str(number), number, bound)
