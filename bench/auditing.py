"""What history costs a write: ours, and the ways we did not take, each against the very same write
without history, in one run.

Ours runs behind the walls, with partitions and the tripwire; its own floor is the same session with
the writer silent and the tripwire off. The others run on copies of the table without walls.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, registry

from bench.ground import POSTGRESQL, Ground
from bench.report import Result
from bench.rounds import Times, interleave, ratio
from bench.sizes import Sizes
from bench.writers import continuum, jsonb, triggers
from bench.writers.tables import BIBS, ENTRIES, TRANSACTIONS, VERSIONS, Row, copied, row
from stackroom.audit import bulk, gathering, ids
from stackroom.catalogue.models import Bib
from stackroom.core import clock
from stackroom.core.database import transaction
from tenants import tripwire

ROUNDS = 7
SINGLE = 40
"""Writes of one row in a round."""
WAYS = ("ours", "continuum", "triggers", "jsonb")
BOUNDS = {"insert one": None, "update one": None, "insert many": 2.0, "update many": 3.5}
"""Of ours; one row alone has none: a goal is set for what people do, a check-out."""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    sides = _sides(ground)
    with ground.inside():
        for what, bound in BOUNDS.items():
            verb, _, number = what.partition(" ")
            count, calls = (sizes.rows, 1) if number == "many" else (1, SINGLE)
            times = _timed(sides, verb, count, calls, min(sizes.rounds, ROUNDS))
            yield from _told(ground, f"{verb} {count} row{'s' if count > 1 else ''}", times, bound)


def _timed(
    sides: Mapping[str, "Side"], verb: str, count: int, calls: int, rounds: int
) -> dict[str, Times]:
    return interleave(
        {name: getattr(side, verb) for name, side in sides.items()},
        rounds=rounds,
        calls=calls,
        prepare=lambda name: sides[name].prepare(verb, count, calls),
    )


def _told(
    ground: Ground, what: str, times: dict[str, Times], bound: float | None
) -> Iterator[Result]:
    """Wall time: what a trigger costs, the database burns."""
    floors = {"ours": "walled", "continuum": "orm"}
    for way in WAYS:
        found = ratio(times[way], times[floors.get(way, "alone")])
        held = bound if way == "ours" else None
        words = f"{what}: {way} / without history"
        goal = "–" if held is None else "G9"
        yield Result(goal, ground.name, words, str(found), found.wall, held)
    whole = ratio(times["ours"], times["alone"])
    yield Result(
        "–", ground.name, f"{what}: ours and the walls / Core alone", str(whole), whole.wall
    )


def _sides(ground: Ground) -> dict[str, "Side"]:
    tenant_id, metadata = ground.house.tenant.id, sa.MetaData()
    tables = {
        name: copied(BIBS, f"bibs_{name}", metadata)
        for name in ("alone", "orm", "jsonb", "triggers", "continuum")
    }
    history, entries, transactions = (
        copied(source, f"bench_{source.name}", metadata)
        for source in (VERSIONS, ENTRIES, TRANSACTIONS)
    )
    versioned = continuum.model(tables["continuum"])
    engine = ground.bare
    _teach(engine)
    with engine.begin() as connection:
        metadata.create_all(connection)
        jsonb.install(connection, tables["jsonb"])
        triggers.install(connection, tables["triggers"], history, entries)
    return {
        "ours": Ours(tenant_id, ground, heard=True),
        "walled": Ours(tenant_id, ground, heard=False),
        "alone": Core(tenant_id, engine, tables["alone"]),
        "orm": Orm(tenant_id, engine, Session, _mapped(tables["orm"])),
        "continuum": Orm(tenant_id, engine, continuum.Watched, versioned),
        "triggers": Begun(tenant_id, engine, tables["triggers"], transactions),
        "jsonb": Named(tenant_id, engine, tables["jsonb"]),
    }


def _mapped(table: sa.Table) -> type[Any]:
    made = type("PlainBib", (), {})
    registry().map_imperatively(made, table)
    return made


class Side:
    """Prepared with so many rows for each call; each call takes its own."""

    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self.batches: list[list[Row]] = []
        self.turn = 0

    def prepare(self, verb: str, count: int, calls: int) -> None:
        self.turn = 0
        self.batches = [[row(self.tenant_id) for _ in range(count)] for _ in range(calls)]
        if verb == "update":
            for batch in self.batches:
                self.write(batch)

    def insert(self) -> None:
        self.write(self._next())

    def update(self) -> None:
        self.change([{**it, "title": f"{it['title']}.", "year": 1997} for it in self._next()])

    def _next(self) -> list[Row]:
        self.turn += 1
        return self.batches[self.turn - 1]

    def write(self, rows: list[Row]) -> None:
        raise NotImplementedError

    def change(self, rows: list[Row]) -> None:
        raise NotImplementedError


class Ours(Side):
    """One row by the ORM, many by the audited bulk writes; behind the walls in both cases."""

    def __init__(self, tenant_id: int, ground: Ground, *, heard: bool) -> None:
        super().__init__(tenant_id)
        self.ground, self.heard = ground, heard

    def prepare(self, verb: str, count: int, calls: int) -> None:
        _set_tripwire(self.ground, armed=self.heard)
        super().prepare(verb, count, calls)

    def write(self, rows: list[Row]) -> None:
        with self._heard(), transaction() as session:
            if len(rows) == 1:
                session.add(Bib(**rows[0]))
            else:
                bulk.insert(session, Bib, rows)

    def change(self, rows: list[Row]) -> None:
        with self._heard(), transaction() as session:
            if len(rows) > 1:
                bulk.update(session, Bib, rows)
                return
            found = session.get_one(Bib, (self.tenant_id, rows[0]["id"]))
            found.title, found.year = rows[0]["title"], rows[0]["year"]

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """The writer is deaf in the floor's rounds; everything else is as it was."""
        kept = gathering._gather, bulk._remember  # noqa: SLF001 - what is measured
        if not self.heard:
            gathering._gather = lambda *_: None  # noqa: SLF001
            bulk._remember = lambda *_: []  # noqa: SLF001
        try:
            yield
        finally:
            gathering._gather, bulk._remember = kept  # noqa: SLF001


def _set_tripwire(ground: Ground, *, armed: bool) -> None:
    with ground.passing.begin() as connection:
        if ground.name == POSTGRESQL:
            state = "ENABLE" if armed else "DISABLE"
            connection.exec_driver_sql(f"ALTER TABLE bibs {state} TRIGGER tripwire")
            return
        for verb in ("insert", "update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS tripwire_bibs_{verb}")
        for statement in tripwire.watch_statements("bibs", "sqlite") if armed else ():
            connection.exec_driver_sql(statement)


class Core(Side):
    """Rows alone, by the fastest path that SQLAlchemy has."""

    def __init__(self, tenant_id: int, engine: sa.Engine, table: sa.Table) -> None:
        super().__init__(tenant_id)
        self.engine, self.table = engine, table

    def write(self, rows: list[Row]) -> None:
        with self.engine.begin() as connection:
            self.begin(connection)
            connection.execute(self.table.insert(), rows)

    def change(self, rows: list[Row]) -> None:
        known = [{**it, "old_id": it["id"], "old_tenant": self.tenant_id} for it in rows]
        with self.engine.begin() as connection:
            self.begin(connection)
            connection.execute(_replacement(self.table), known)

    def begin(self, connection: sa.Connection) -> None:
        """What history needs to know before the first row."""


def _replacement(table: sa.Table) -> sa.Update:
    return (
        sa.update(table)
        .where(table.c.tenant_id == sa.bindparam("old_tenant"))
        .where(table.c.id == sa.bindparam("old_id"))
        .values({column.name: sa.bindparam(column.name) for column in table.c})
    )


class Named(Core):
    def begin(self, connection: sa.Connection) -> None:
        _say(connection, actor="Anna Berg")


class Begun(Core):
    """The triggers' transaction: its line in the trail first, whose id they then read."""

    WHO: ClassVar[Row] = {
        "actor_type": "person", "actor_id": UUID(int=1), "actor_label": "Anna Berg",
        "actor_words": "anna berg", "on_behalf_of": "", "channel": "web", "request_id": "bench",
        "ip": "192.0.2.7", "user_agent": "bench", "reason": "",
        "roles": ["librarian"], "by_right": "bibs.write", "batch_id": None, "row_changes": 1,
    }  # fmt: skip

    def __init__(
        self, tenant_id: int, engine: sa.Engine, table: sa.Table, transactions: sa.Table
    ) -> None:
        super().__init__(tenant_id, engine, table)
        self.transactions = transactions

    def begin(self, connection: sa.Connection) -> None:
        at = clock.now()
        known = ids.new(at)
        _say(connection, transaction=str(known), position="0")
        line = {**self.WHO, "tenant_id": self.tenant_id, "id": known, "at": at}
        connection.execute(self.transactions.insert(), line)


class Orm(Side):
    """A session's own unit of work, which is all that Continuum hears of."""

    def __init__(
        self, tenant_id: int, engine: sa.Engine, session: Callable[..., Session], model: type[Any]
    ) -> None:
        super().__init__(tenant_id)
        self.engine, self.session, self.model = engine, session, model

    def write(self, rows: list[Row]) -> None:
        with self.session(self.engine) as session:
            session.add_all([self.model(**it) for it in rows])
            session.commit()

    def change(self, rows: list[Row]) -> None:
        wanted = sa.select(self.model).where(
            self.model.tenant_id == self.tenant_id, self.model.id.in_([it["id"] for it in rows])
        )
        with self.session(self.engine) as session:
            for found in session.scalars(wanted):
                found.title, found.year = f"{found.title}.", 1997
            session.commit()


def _say(connection: sa.Connection, **settings: str) -> None:
    if connection.dialect.name == "postgresql":
        each = ", ".join(f"set_config('bench.{name}', %s, true)" for name in settings)
        connection.exec_driver_sql(f"SELECT {each}", tuple(settings.values()))
    else:
        connection.info.update(settings)


def _teach(engine: sa.Engine) -> None:
    """SQLite's triggers ask the connection what PostgreSQL's read from settings."""
    if engine.dialect.name == "postgresql":
        return
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _functions(raw: Any, record: Any) -> None:
        def position() -> int:
            record.info["position"] = int(record.info.get("position", 0)) + 1
            return int(record.info["position"])

        raw.create_function("bench_actor", 0, lambda: record.info.get("actor"))
        raw.create_function("bench_transaction", 0, lambda: int(record.info["transaction"]))
        raw.create_function("bench_position", 0, position)
