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

TURNS = 20
"""Different questions of one kind."""
OURS = ("audit_", "_version")
AS_OF = """
SELECT * FROM bibs_version WHERE tenant_id = %(tenant)s AND id = %(record)s
    AND transaction_id <= %(at)s ORDER BY transaction_id DESC LIMIT 1
"""
PEERS_AS_OF = """
SELECT after FROM jsonb_audit WHERE tenant_id = %(tenant)s AND row_id = %(record)s
    AND id <= %(number)s ORDER BY id DESC LIMIT 1
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


@dataclass(frozen=True, slots=True)
class Asker:
    """Our app and its role, and the peer's table as a superuser whom no policy slows down."""

    ground: Ground
    filling: Filling
    ours: sa.Engine
    values: Sequence[dict[str, Any]]
    token: str

    def about(self, question: Question) -> Iterator[Result]:
        whole, told = [], []
        for each in self.values:
            path = question.path.format(**each)
            call = in_process(self.ground.app, path, self.ground.house.tenant.host, self.token)
            call()
            began = perf_counter()
            call()
            whole.append(perf_counter() - began)
            told.append(_statements(self.ground, call))
        peer = f"{PEERS_LINE} WHERE tenant_id = %(tenant)s AND {question.peer}"
        yield self.result(f"{question.what}, request", whole)
        yield self.alone(question.what, told)
        yield self.theirs(question.what, f"{peer} ORDER BY id DESC LIMIT 26")

    def as_of(self) -> Iterator[Result]:
        what = "a record as of an instant"
        yield self.alone(what, [[(AS_OF, each)] for each in self.values])
        yield self.theirs(what, PEERS_AS_OF)

    def alone(self, what: str, told: Sequence[Sequence[Told]]) -> Result:
        tenant_id = self.filling.house
        plans = _plans(self.ours, told[0], tenant_id)
        return self.result(f"{what}: {plans}", _replayed(self.ours, told, tenant_id))

    def theirs(self, what: str, statement: str) -> Result:
        asked = [[(statement, each)] for each in self.values]
        took = _replayed(self.ground.passing, asked, self.filling.house)
        return self.result(f"{what}, jsonb peer", took)

    def result(self, what: str, took: Sequence[float]) -> Result:
        cuts = quantiles([each * 1e3 for each in took], n=20)
        words = f"{cuts[9]:.1f} / {cuts[18]:.1f} ms (p50 / p95)"
        return Result("–", self.ground.name, what, words, cuts[18])


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    if ground.name != POSTGRESQL:
        return
    filling = Filling(ground.house.tenant.id, sizes.versions)
    with ground.passing.connect().execution_options(isolation_level="AUTOCOMMIT") as root:
        fill(root, filling)
    with ground.app.app_context():
        ours = sa.create_engine(db.engine.url)
    values = [_values(filling, turn) for turn in range(TURNS)]
    asker = Asker(ground, filling, ours, values, ground.house.api("admin").token)
    for question in QUESTIONS:
        yield from asker.about(question)
    yield from asker.as_of()
    ours.dispose()


def _values(filling: Filling, turn: int) -> dict[str, Any]:
    number = filling.own(turn + 1)
    return {
        "tenant": filling.house, "record": filling.record(number), "number": number,
        "actor": str(filling.actor(number)), "at": filling.transaction(number),
        "action": ACTIONS[turn % len(ACTIONS)],
    }  # fmt: skip


def _statements(ground: Ground, call: Callable[[], None]) -> list[Told]:
    """What one request asks of history."""
    told: list[Told] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")) and any(name in statement for name in OURS):
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
    if "Relation Name" in plan and plan["Actual Rows"]:
        yield plan["Node Type"].lower()
    if plan["Node Type"] == "Sort":
        yield f"sort of {plan['Actual Rows']}"
    for child in plan.get("Plans", ()):
        yield from _scans(child)


def _open(connection: sa.Connection, tenant_id: int) -> None:
    connection.exec_driver_sql("SELECT set_config('app.tenant', %s, true)", (str(tenant_id),))
