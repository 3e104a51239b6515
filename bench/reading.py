"""A signed-in `GET /api/v1/bibs/{id}`, against Flask alone and against Flask with a Core read."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Row
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.ground import Ground
from bench.report import Result
from bench.rounds import interleave, ratio
from bench.sizes import Sizes
from bench.statements import told
from stackroom.catalogue.models import Bib
from stackroom.core.database import db
from stackroom.testing.furnish import add_bib, add_item
from stackroom.testing.house import Api

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

REQUESTS_FROM_ONE_ADDRESS = 1000
"""Below the rate limit, which stays on: it is part of every request."""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    bib_id = _furnish(ground)
    api = ground.house.api("librarian")
    path = f"/api/v1/bibs/{bib_id}"
    ours = caller(ground.app, path, ground.house.tenant.host, api.token)
    body = api.get(path).data
    alone = caller(_flask_alone(path, body), path)
    core = caller(_flask_with_core(path, ground, bib_id), path)
    times = interleave(
        {"ours": ours, "alone": alone, "core": core}, rounds=sizes.rounds, calls=sizes.calls
    )
    against_core, against_alone = (ratio(times["ours"], times[it]) for it in ("core", "alone"))
    yield Result(
        "G1", ground.name, "GET a bib / bare Flask + Core read of the row", str(against_core),
        against_core.cpu, 1.8,
    )  # fmt: skip
    yield Result(
        "–", ground.name, "GET a bib / bare Flask, same bytes", str(against_alone),
        against_alone.cpu,
    )  # fmt: skip
    yield from _statements(ground, api, path)


def _furnish(ground: Ground) -> UUID:
    with ground.house.work():
        bib = add_bib(author="Ridley, Matt", isbns=["9780140244045"], subjects=["Ethics"])
        add_item(bib, "bench-reading")
        bib_id = bib.id
    ground.copy_to_bare()
    return bib_id


def caller(
    app: "WSGIApplication", path: str, host: str = "localhost", token: str = ""
) -> Callable[[], None]:
    """Calls an app as a server would, from a new address before the rate limit is reached."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    environ = EnvironBuilder(path, f"http://{host}", headers=headers).get_environ()
    turn = count()

    def call() -> None:
        address = next(turn) // REQUESTS_FROM_ONE_ADDRESS
        client = {"REMOTE_ADDR": f"10.0.{address >> 8 & 255}.{address & 255}"}
        body, status, _ = run_wsgi_app(app, environ | client)
        if not status.startswith("200"):
            raise RuntimeError(f"{path} answered {status}: {b''.join(body).decode()}")

    return call


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
