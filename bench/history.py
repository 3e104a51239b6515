"""Questions to a long history: each as a request, as its statements alone, and beside the same
question to the jsonb table that teams write by hand."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from bench.ground import POSTGRESQL, Ground
from bench.report import Result
from bench.serving import in_process
from bench.sizes import Sizes
from bench.versions import ACTIONS, Filling, fill
from stackroom.core.database import db

TURNS = 60
"""Different questions of one kind."""
OURS = ("audit_", "_version")
AS_OF = """
SELECT * FROM bibs_version WHERE tenant_id = %(tenant)s AND id = %(record)s
    AND transaction_id <= %(at)s ORDER BY transaction_id DESC LIMIT 1
"""
PEERS_LINE = "SELECT id, at, actor, action, row_id, before, after FROM jsonb_audit"
Told = tuple[str, Any]
"""A statement and its parameters."""


@dataclass(frozen=True, slots=True)
class Question:
    """`path` is asked of the app; `peer` of the peer's table, both filled from the same values."""

    what: str
    path: str
    peer: str


QUESTIONS = (
    Question("newest page", "/api/v1/audit/entries", "true"),
    Question("page by action", "/api/v1/audit/entries?action={action}", "action = %(action)s"),
    Question("page by subject", "/api/v1/audit/entries?subject_id={record}", "row_id = %(record)s"),
    Question("page by actor", "/api/v1/audit/entries?actor={actor}", "actor = %(actor)s"),
    Question("deep page", "/api/v1/audit/entries?before={at}-0", "id < %(number)s"),
    Question(
        "a record's timeline", "/api/v1/audit/records/bib/{record}/entries", "row_id = %(record)s"
    ),
)


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    if ground.name != POSTGRESQL:
        return
    filling = Filling(ground.house.tenant.id, sizes.versions)
    with ground.passing.connect().execution_options(isolation_level="AUTOCOMMIT") as root:
        fill(root, filling)
    with ground.app.app_context():
        url = db.engine.url
    token = ground.house.api("admin").token
    ours, peer = sa.create_engine(url), ground.passing
    values = [_values(filling, turn) for turn in range(TURNS)]
    for question in QUESTIONS:
        yield from _asked(ground, ours, peer, question, values, token, sizes.versions)
    yield from _as_of(ground, ours, peer, values, sizes.versions)
    ours.dispose()


def _values(filling: Filling, turn: int) -> dict[str, Any]:
    number = filling.own(turn + 1)
    return {
        "tenant": filling.house, "record": filling.record(number), "number": number,
        "actor": str(filling.actor(number)), "at": filling.transaction(number),
        "action": ACTIONS[turn % len(ACTIONS)],
    }  # fmt: skip


def _asked(
    ground: Ground, ours: sa.Engine, peer: sa.Engine, question: Question,
    values: Sequence[dict[str, Any]], token: str, versions: int,
) -> Iterator[Result]:  # fmt: skip
    whole, told = [], []
    for each in values:
        path = question.path.format(**each)
        call = in_process(ground.app, path, ground.house.tenant.host, token)
        call()
        began = perf_counter()
        call()
        whole.append(perf_counter() - began)
        told.append(_statements(ground, call))
    wanted = (
        f"{PEERS_LINE} WHERE tenant_id = %(tenant)s AND {question.peer} ORDER BY id DESC LIMIT 26"
    )
    alone = _replayed(ours, told, ground.house.tenant.id)
    theirs = _replayed(peer, [[(wanted, each)] for each in values], ground.house.tenant.id)
    plans = _plans(ours, told[0], ground.house.tenant.id)
    what = f"{question.what} of {versions:,} versions"
    yield _result(ground, f"{what}, request", whole)
    yield _result(ground, f"{what}, its statements ({plans})", alone)
    yield _result(ground, f"{what}, jsonb peer", theirs)


def _as_of(
    ground: Ground, ours: sa.Engine, peer: sa.Engine, values: Sequence[dict[str, Any]],
    versions: int,
) -> Iterator[Result]:  # fmt: skip
    theirs = (
        "SELECT after FROM jsonb_audit WHERE tenant_id = %(tenant)s AND row_id = %(record)s "
        "AND id <= %(number)s ORDER BY id DESC LIMIT 1"
    )
    own = [[(AS_OF, each)] for each in values]
    what = f"a record as of an instant, {versions:,} versions"
    plans = _plans(ours, own[0], ground.house.tenant.id)
    yield _result(
        ground, f"{what}, its statement ({plans})", _replayed(ours, own, values[0]["tenant"])
    )
    asked = [[(theirs, each)] for each in values]
    yield _result(ground, f"{what}, jsonb peer", _replayed(peer, asked, values[0]["tenant"]))


def _statements(ground: Ground, call: Callable[[], None]) -> list[Told]:
    """What one request asks of history."""
    told: list[Told] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and any(name in statement for name in OURS):
            told.append((statement, parameters))

    with ground.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return told


def _replayed(engine: sa.Engine, told: Sequence[Sequence[Told]], tenant_id: int) -> list[float]:
    """Seconds of each question's statements, the second time that they are asked."""
    took = []
    with engine.connect() as connection:
        _open(connection, tenant_id)
        for statements in told:
            for turn in range(2):
                began = perf_counter()
                for statement, parameters in statements:
                    connection.exec_driver_sql(statement, parameters).all()
                if turn:
                    took.append(perf_counter() - began)
    return took


def _plans(engine: sa.Engine, statements: Sequence[Told], tenant_id: int) -> str:
    """How the tables of history are read, over all statements of one question."""
    kinds: set[str] = set()
    with engine.connect() as connection:
        _open(connection, tenant_id)
        for statement, parameters in statements:
            explained = connection.exec_driver_sql(
                f"EXPLAIN (FORMAT JSON, ANALYZE) {statement}", parameters
            ).scalar()
            found = explained if isinstance(explained, list) else json.loads(str(explained))
            kinds |= set(_scans(found[0]["Plan"]))
    return ", ".join(sorted(kinds)) or "no scan"


def _scans(plan: dict[str, Any]) -> Iterator[str]:
    if "Relation Name" in plan and plan.get("Actual Loops", 1):
        yield plan["Node Type"].lower()
    if plan["Node Type"] == "Sort":
        yield f"sort of {plan['Actual Rows']}"
    for child in plan.get("Plans", ()):
        yield from _scans(child)


def _open(connection: sa.Connection, tenant_id: int) -> None:
    connection.exec_driver_sql("SELECT set_config('app.tenant', %s, true)", (str(tenant_id),))


def _result(ground: Ground, what: str, took: Sequence[float]) -> Result:
    cuts = quantiles([each * 1e3 for each in took], n=20)
    p50, p95 = cuts[9], cuts[18]
    return Result("–", ground.name, what, f"{p50:.1f} / {p95:.1f} ms (p50 / p95)", p95)
