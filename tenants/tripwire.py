"""The tripwire of the audit trail: the database counts each row of a versioned table that changes,
whoever changes it, and refuses a transaction whose trail was not told of all of them.

What the ORM, the audited bulk writes and the database itself (a cascade) do is counted alike, also
raw SQL and COPY. Whoever means to write past the trail can lift it; what is forgotten cannot. The
statements made here stand in migrations; a standing test compares them with the tables.
"""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

TOLD = "row_changes"
"""The column of `audit_transactions` that says of how many changed rows the trail knows."""

FUNCTIONS = (
    # a purge runs them with a search path of its own, so each names its schema
    """
    CREATE FUNCTION is_watched() RETURNS boolean LANGUAGE sql STABLE AS
    $$
        SELECT coalesce(current_setting('app.tenant', true), '') <> ''
            AND coalesce(current_setting('app.purging', true), '') = ''
            AND coalesce(current_setting('app.tripwire', true), '') <> 'lifted'
    $$
    """,
    # true for the first change of a transaction alone, so that one comparison waits for its end
    """
    CREATE FUNCTION count_change() RETURNS boolean LANGUAGE plpgsql AS
    $$
    DECLARE
        counted text := coalesce(current_setting('app.changed', true), '');
        now_counted int := coalesce(nullif(counted, ''), '0')::int + 1;
    BEGIN
        IF NOT public.is_watched() THEN
            RETURN false;
        END IF;
        PERFORM set_config('app.changed', now_counted::text, true);
        RETURN counted = '';
    END
    $$
    """,
    f"""
    CREATE FUNCTION tell_changes() RETURNS trigger LANGUAGE plpgsql AS
    $$
    BEGIN
        IF public.is_watched() THEN
            PERFORM set_config('app.told', (
                coalesce(nullif(current_setting('app.told', true), ''), '0')::int + NEW.{TOLD}
            )::text, true);
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE FUNCTION compare_changes() RETURNS trigger LANGUAGE plpgsql AS
    $$
    DECLARE
        counted text := current_setting('app.changed', true);
        told text := coalesce(nullif(current_setting('app.told', true), ''), '0');
    BEGIN
        IF counted <> told THEN
            RAISE EXCEPTION 'rows changed past the audit trail: % changed, % told', counted, told;
        END IF;
        RETURN NULL;
    END
    $$
    """,
)


class PastTheTrail(Exception):
    """A transaction changed rows of which its audit trail does not tell. SQLite's word for it; on
    PostgreSQL the database raises by itself."""


def watch_statements(table: str, dialect: str) -> list[str]:
    """The DDL that counts the changes of one versioned table."""
    if dialect == "postgresql":
        return [
            f"CREATE CONSTRAINT TRIGGER tripwire AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (count_change()) "
            "EXECUTE FUNCTION compare_changes()"
        ]
    return [
        f"CREATE TRIGGER tripwire_{table}_{verb.lower()} AFTER {verb} ON {table} "
        "BEGIN SELECT count_change(); END"
        for verb in ("INSERT", "UPDATE", "DELETE")
    ]


def tell_statements(transactions: str, dialect: str) -> list[str]:
    """The DDL by which a row of `audit_transactions` says of how many changes it tells."""
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER tripwire AFTER INSERT ON {transactions} "
            "FOR EACH ROW EXECUTE FUNCTION tell_changes()"
        ]
    return [
        f"CREATE TRIGGER tripwire_{transactions} AFTER INSERT ON {transactions} "
        f"BEGIN SELECT tell_changes(NEW.{TOLD}); END"
    ]


def lift(connection: sa.Connection) -> None:
    """Until the end of the transaction, for rows that bring their history along, as a bundle's."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('app.tripwire', 'lifted', true)")
    else:
        _count(connection.info).lifted = True


@dataclass(slots=True)
class _Count:
    """Of one SQLite transaction."""

    changed: int = 0
    told: int = 0
    lifted: bool = False
    savepoints: list[tuple[int, int]] = field(default_factory=list)


def teach_sqlite(engine: sa.Engine) -> None:
    """The functions that the triggers call, and the comparison as a transaction ends."""
    event.listen(engine, "connect", _add_functions)
    event.listen(engine, "commit", _compare)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "savepoint", _remember_savepoint)
    event.listen(engine, "rollback_savepoint", _return_to_savepoint)
    event.listen(engine, "release_savepoint", _release_savepoint)


def _add_functions(raw: Any, record: Any) -> None:
    info = record.info

    def count_change() -> None:
        if _is_watched(info):
            _count(info).changed += 1

    def tell_changes(number: int) -> None:
        if _is_watched(info):
            _count(info).told += number

    raw.create_function("count_change", 0, count_change)
    raw.create_function("tell_changes", 1, tell_changes)


def _is_watched(info: dict[str, Any]) -> bool:
    return bool(info.get("tenant_id")) and not (info.get("purging") or _count(info).lifted)


def _compare(connection: sa.Connection) -> None:
    count: _Count = connection.info.pop("count", _Count())  # no rollback follows where this raises
    if count.changed != count.told:
        raise PastTheTrail(f"{count.changed} rows changed, {count.told} told")


def _forget(connection: sa.Connection) -> None:
    connection.info.pop("count", None)


def _remember_savepoint(connection: sa.Connection, _name: str | None) -> None:
    count = _count(connection.info)
    count.savepoints.append((count.changed, count.told))


def _return_to_savepoint(connection: sa.Connection, _name: str, _context: None) -> None:
    count = _count(connection.info)
    count.changed, count.told = count.savepoints.pop()


def _release_savepoint(connection: sa.Connection, _name: str, _context: None) -> None:
    _count(connection.info).savepoints.pop()


def _count(info: dict[str, Any]) -> _Count:
    found: _Count = info.setdefault("count", _Count())
    return found
