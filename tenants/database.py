"""The second wall: the database itself. Row-level security on PostgreSQL, triggers on SQLite.

The statements made here stand in migrations; a standing test compares them with the tables.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from tenants import tripwire
from tenants.errors import BypassingRole

TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::int)"
"""Wrapped, so that it is evaluated once a statement; nullif, because a reset setting is ''."""

SQLITE_PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "busy_timeout=10000",
    "recursive_triggers=ON",  # else INSERT OR REPLACE deletes a row and no trigger hears of it
)
WRITER_WAIT_SECONDS = 30

_reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)
_patience: ContextVar[float | None] = ContextVar("patience", default=None)

PATIENT = ("statement_timeout", "idle_in_transaction_session_timeout")
"""Of these, a job has its own. A lock is waited for no longer: its holder may be at a desk."""


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """In seconds: how long a statement may take, wait for a lock, and let a transaction rest."""

    statement: float
    lock: float
    idle: float

    def parameters(self) -> dict[str, str]:
        """As PostgreSQL calls them, in milliseconds."""
        return {
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self.lock),
            "idle_in_transaction_session_timeout": _milliseconds(self.idle),
        }


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


@contextmanager
def reads_only(value: bool = True) -> Iterator[None]:
    """Transactions begun inside will not write, so SQLite need not queue them."""
    token = _reads_only.set(value)
    try:
        yield
    finally:
        _reads_only.reset(token)


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Statements of transactions begun inside may take so long: nobody waits for them."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def announce(connection: sa.Connection, tenant_id: int | None) -> None:
    """Tell the database which organisation the transaction works for; it forgets at its end."""
    if connection.dialect.name == "sqlite":
        connection.info["tenant_id"] = tenant_id
        return
    told = {} if tenant_id is None else {"app.tenant": str(tenant_id)}
    told |= connection.info.get("time_outs", {})
    if (seconds := _patience.get()) is not None:
        told |= dict.fromkeys(PATIENT, _milliseconds(seconds))
    if told:
        each = ", ".join(f"set_config('{name}', %s, true)" for name in told)
        connection.exec_driver_sql(f"SELECT {each}", tuple(told.values()))


def teach_time_outs(engine: sa.Engine, time_outs: TimeOuts) -> None:
    """Behind a pooler, where no connection is ours for longer than a transaction."""

    @event.listens_for(engine, "connect")
    def _remember(_raw: Any, record: Any) -> None:
        record.info["time_outs"] = time_outs.parameters()


def teach_sqlite(engine: sa.Engine) -> None:
    """Foreign keys, WAL, and `current_tenant()` for the triggers, on each connection.

    Writers queue here, before SQLite: a transaction that reads first and then writes would fail
    with "database is locked" instead of waiting, and SQLite's own wait would stop every greenlet.
    """
    tripwire.teach_sqlite(engine)  # first: it must compare before a commit lets others write
    writing = Lock()

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, record: Any) -> None:
        raw.create_function("current_tenant", 0, lambda: record.info.get("tenant_id"))
        raw.create_function("purging_tenant", 0, lambda: record.info.get("purging"))
        raw.isolation_level = None  # the driver must not begin transactions; we do, below
        for pragma in SQLITE_PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if _reads_only.get():
            connection.exec_driver_sql("BEGIN")
            return
        if not writing.acquire(timeout=WRITER_WAIT_SECONDS):
            raise sa.exc.TimeoutError("another transaction has been writing for too long")
        connection.info["writing"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def _done(connection: sa.Connection) -> None:
        if connection.info.pop("writing", False):
            writing.release()

    @event.listens_for(engine, "checkin")
    def _forget(_raw: Any, record: Any) -> None:
        record.info.pop("tenant_id", None)
        record.info.pop("purging", None)
        record.info.pop("session", None)
        if record.info.pop("writing", False):
            writing.release()


def wall_statements(table: str, dialect: str) -> list[str]:
    """The DDL that walls one scoped table."""
    if dialect == "postgresql":
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY wall ON {table} USING (tenant_id = {TENANT})",
        ]
    return [
        _sqlite_trigger(table, "INSERT", "NEW"),
        _sqlite_trigger(table, "UPDATE", "OLD", "NEW"),
        _sqlite_trigger(table, "DELETE", "OLD"),
    ]


def _sqlite_trigger(table: str, verb: str, *rows: str) -> str:
    foreign = " OR ".join(f"{row}.tenant_id IS NOT current_tenant()" for row in rows)
    return (
        f"CREATE TRIGGER wall_{table}_{verb.lower()} BEFORE {verb} ON {table} "
        f"WHEN {foreign} BEGIN SELECT RAISE(ABORT, 'a row of another organisation'); END"
    )


def append_only_statements(table: str, dialect: str) -> list[str]:
    """History can be added to, never changed: not by the app, not by its owner in passing. It ends
    with its organisation alone (`tenants.purging`)."""
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history()",
            f"CREATE TRIGGER append_only_{table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history()",
        ]
    return [
        f"CREATE TRIGGER append_only_{table}_{verb.lower()} BEFORE {verb} ON {table} {unless}"
        "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
        for verb, unless in (
            ("UPDATE", ""),
            ("DELETE", "WHEN OLD.tenant_id IS NOT purging_tenant() "),
        )
    ]


REFUSE_CHANGE_OF_HISTORY = """
CREATE OR REPLACE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    -- `tenant_rows_purge` runs as the owner and names whose history ends; the app role, which may
    -- set what it likes, is not the owner
    IF TG_OP = 'DELETE' AND current_setting('app.purging', true) = OLD.tenant_id::text
        AND (SELECT pg_catalog.pg_get_userbyid(c.relowner) = current_user
             FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID)
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'history is append-only';
END
$$
"""


def grant_statements(role: str, tables: Iterable[sa.Table], history: frozenset[str]) -> list[str]:
    """What the app role may do: never TRUNCATE, REFERENCES or TRIGGER; on history only add. What
    was granted beside it is taken back."""
    name = quoted(role)
    grants = [
        f"GRANT {'SELECT, INSERT' if table.name in history else 'SELECT, INSERT, UPDATE, DELETE'} "
        f"ON {table.name} TO {name}"
        for table in tables
    ]
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        *grants,
        f"GRANT SELECT ON alembic_version TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}",
    ]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


ASK_ROLE = """
SELECT current_user, bool_or(rolsuper OR rolbypassrls), EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = 'public' AND pg_has_role(c.relowner, 'MEMBER'))
FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')
"""


def refuse_bypassing_role(engine: sa.Engine) -> None:
    """Superusers and BYPASSRLS roles pass every policy silently, and owners may lift it.

    Raises:
        BypassingRole: the process must not start.
    """
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        refuse_bypassing_connection(connection.connection.driver_connection)


def refuse_bypassing_connection(raw: Any) -> None:
    """The same, of one connection of the driver. Raises BypassingRole."""
    with raw.cursor() as cursor:
        role, bypasses, owns = cursor.execute(ASK_ROLE).fetchone()
    raw.rollback()
    if bypasses or owns:
        raise BypassingRole(
            f"the database role “{role}” could bypass row-level security (it is a superuser, has "
            "BYPASSRLS, or owns the tables): set STACKROOM_DATABASE_URL to the app role"
        )
