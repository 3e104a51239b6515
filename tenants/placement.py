"""Where the rows of an organisation live: beside the others, or in a silo, a database apart.

Models, statements and walls are the same in both. SHARED tables live in the main database alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, SessionTransaction

from tenants import context
from tenants.context import Tenant
from tenants.database import refuse_bypassing_connection
from tenants.errors import SharedTableInSilo
from tenants.orm import shared_tables

EVERY = "*"
"""Names every organisation that is not named itself."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Silos by the UUID or the slug of the organisations in them."""

    silos: Mapping[str, sa.Engine] = field(default_factory=dict)

    def bind_for(self, tenant: Tenant | None) -> sa.Engine | None:
        """The silo in which an organisation lives; None: the main database."""
        if tenant is None or not self.silos:
            return None
        for name in (str(tenant.uuid), tenant.slug, EVERY):
            if name in self.silos:
                return self.silos[name]
        return None

    def bind_of(self, mapper: Any, clause: Any) -> sa.Engine | None:
        """The silo that a statement of the open organisation belongs to; None as above."""
        silo = self.bind_for(context.current_or_none()) if self.silos else None
        return None if silo is None or _is_shared(mapper, clause) else silo


def _is_shared(mapper: Any, clause: Any) -> bool:
    """What names no table, such as a bare connection or a function, is the organisation's."""
    table = getattr(clause, "table", clause) if mapper is None else inspect(mapper).local_table
    return isinstance(table, sa.Table) and "tenant_id" not in table.c


def watch(session_class: type[Session]) -> None:
    event.listen(session_class, "after_begin", _note_silo)


def _note_silo(session: Session, _: SessionTransaction, connection: sa.Connection) -> None:
    if connection.info.get("silo"):
        session.info["silo"] = connection


def guard_silo(engine: sa.Engine) -> None:
    """The same walls as the main database, and one more: its SHARED tables are empty, so a
    statement that asks them would find nothing and say nothing."""
    names = [table.name for table in shared_tables()]
    shared = re.compile(rf"\b(?:{'|'.join(names)})\b")

    @event.listens_for(engine, "connect")
    def _admit(raw: Any, record: Any) -> None:
        record.info["silo"] = True
        if engine.dialect.name == "postgresql":
            refuse_bypassing_connection(raw)

    @event.listens_for(engine, "before_cursor_execute")
    def _refuse_shared(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if found := shared.search(statement):
            raise SharedTableInSilo(f"{found[0]} is in the main database; ask it by itself")


def commit_silo_first(main: sa.Engine) -> None:
    """A transaction that touched both commits the silo before the main database, which may then
    still fail: a trail that tells of a change which was not made is better than the reverse
    (ADR 16)."""

    @event.listens_for(main, "commit")
    def _silo_first(connection: sa.Connection) -> None:
        session = connection.info.get("session")
        silo = session.info.pop("silo", None) if session else None
        if silo is not None and silo.in_transaction():
            silo.exec_driver_sql("COMMIT")  # the session's own, which follows, finds nothing to do
