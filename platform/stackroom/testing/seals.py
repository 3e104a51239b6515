"""Sealing, checking and tampering in tests, with the real sealer and the real verifier."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db
from stackroom.core.snapshot import snapshot
from stackroom.oversight.seals import evidence, showing, strays, verify
from stackroom.oversight.seals.service import keys, running, sealing
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House
from tenants import context
from tenants.database import announce, teach_sqlite

Keys = list[dict[str, Any]]
GUARDED = (
    "audit_transactions", "audit_entries", "item_types_version", "audit_sealed",
    "audit_checkpoints", "audit_keys", "audit_signers",
)  # fmt: skip
TRIGGERS = sa.text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :tables"
).bindparams(sa.bindparam("tables", expanding=True))


@contextmanager
def job(house: House) -> Iterator[None]:
    """As the worker does what comes round: the organisation is open, a transaction is not."""
    system = Provenance(SYSTEM, Channel.JOB)
    with house.app.app_context(), context.acting_for(house.tenant), acting_as(system):
        yield
        db.session.remove()


def seal(house: House) -> int:
    with job(house):
        return sealing.seal(showing.vault())


def check(house: House) -> None:
    with job(house):
        running.check_all()


def rotate(house: House) -> None:
    with house.work("admin"):
        keys.rotate(showing.vault())


def published(house: House) -> Keys:
    found: Keys = house.anonymous().get("/.well-known/stackroom-audit-keys.json").json["keys"]
    return found


def taken(house: House, first: int = 1, last: int | None = None) -> list[bytes]:
    """The lines of evidence, with whatever is in no checkpoint."""
    with job(house), snapshot() as session:
        newest = sealing.latest()
        last = last or (newest.number if newest else 0)
        return list(evidence.lines(session, first, last, strays=strays.lines(session)))


def faults(lines: list[bytes], known: verify.Known = (), trusted: Keys | None = None) -> list[str]:
    """What the verifier says, a code and a sentence each."""
    verifier = verify.Verifier(trusted or [], known)
    verifier.read(lines)
    return [f"{fault['code']}: {fault['sentence']}" for fault in verifier.finish()]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whoever owns the database, and takes its guards away for a moment."""

    database: TestDatabase
    house: House

    def tampers(self, *statements: str) -> None:
        """`:tenant` stands for the organisation. Each statement must change something."""
        engine = sa.create_engine(self.database.owner_url)
        if engine.dialect.name == "sqlite":
            teach_sqlite(engine)
        with engine.begin() as connection:
            announce(connection, self.house.tenant.id)
            with _unguarded(connection):
                for statement in statements:
                    done = connection.execute(sa.text(statement), {"tenant": self.house.tenant.id})
                    assert done.rowcount, statement
        engine.dispose()


@contextmanager
def _unguarded(connection: sa.Connection) -> Iterator[None]:
    if connection.dialect.name == "postgresql":
        for table in GUARDED:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in GUARDED:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    found = connection.execute(TRIGGERS, {"tables": GUARDED}).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, definition in found:
        connection.exec_driver_sql(definition)
