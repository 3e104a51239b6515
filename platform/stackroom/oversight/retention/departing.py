"""A year of history leaves PostgreSQL: its parts are replaced by parts that hold only the last
state of each record, so that what stood at any later instant can still be told.

As the owner role, in one transaction: either every table has changed its part or none has.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from stackroom.audit import partitions
from stackroom.oversight.retention.errors import NotArchived

Counts = Mapping[int, Mapping[str, int]]
"""Archived rows: by organisation (its number in this database), then by table."""
LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '5s'"
"""Behind a lock that is waited for, everybody else waits."""

KEPT = "kept_transactions"


def depart(connection: sa.Connection, year: int, archived: Counts, now: datetime) -> int:
    """How many rows left.

    Raises NotArchived: a part holds other rows than were archived, or the year has left before.
    """
    connection.exec_driver_sql(LIMITS)
    tables = partitions.parted(connection)
    if left_before(connection, year):
        raise NotArchived(f"the history of {year} has left before")
    for table in tables:
        _lock_and_compare(connection, table, year, archived)
    _gather_kept(connection, [table for table in tables if table.endswith("_version")], year)
    gone = sum(_replace(connection, table, year) for table in tables)
    name = partitions.part(partitions.TRANSACTIONS, year)
    connection.exec_driver_sql(f"COMMENT ON TABLE {name} IS 'archived {now:%Y-%m-%d}'")
    return gone


def left_before(connection: sa.Connection, year: int) -> bool:
    asked = "SELECT obj_description(to_regclass(%(name)s), 'pg_class')"
    name = partitions.part(partitions.TRANSACTIONS, year)
    return connection.exec_driver_sql(asked, {"name": name}).scalar() is not None


def _lock_and_compare(connection: sa.Connection, table: str, year: int, archived: Counts) -> None:
    part = partitions.part(table, year)
    if not partitions.exists(connection, part):
        partitions.make(connection, table, year)
    connection.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    connection.exec_driver_sql(f"ALTER TABLE {part} NO FORCE ROW LEVEL SECURITY")
    counted = f"SELECT tenant_id, count(*) FROM {part} GROUP BY 1"  # noqa: S608  # nosec B608 - our own names
    for tenant_id, count in connection.exec_driver_sql(counted):
        if archived.get(tenant_id, {}).get(table, 0) != count:
            raise NotArchived(
                f"{table} holds {count} rows of {year} of the organisation {tenant_id}, not what "
                "its archive holds"
            )


def _gather_kept(connection: sa.Connection, versions: list[str], year: int) -> None:
    """The transactions that made what is kept: a state without its who and when tells nothing."""
    each = " UNION ".join(
        f"SELECT tenant_id, transaction_id FROM ({_last_states(partitions.part(table, year))}) last"  # noqa: S608  # nosec B608
        for table in versions
    )
    connection.exec_driver_sql(f"CREATE TEMP TABLE {KEPT} ON COMMIT DROP AS {each}")


def _last_states(source: str) -> str:
    return (
        f"SELECT DISTINCT ON (tenant_id, id) * FROM {source} "  # noqa: S608  # nosec B608 - names of our own
        "ORDER BY tenant_id, id, transaction_id DESC"
    )


def _kept(table: str, source: str) -> str:
    if table == partitions.TRANSACTIONS:
        return (
            f"SELECT s.* FROM {source} s JOIN {KEPT} k "  # noqa: S608  # nosec B608 - names of our own
            "ON k.tenant_id = s.tenant_id AND k.transaction_id = s.id"
        )
    if table.endswith("_version"):
        return _last_states(source)
    return ""


def _replace(connection: sa.Connection, table: str, year: int) -> int:
    """How many rows left."""
    leaving = partitions.detach(connection, table, year)
    partitions.add_part(connection, table, year, _kept(table, leaving))
    part = partitions.part(table, year)
    connection.exec_driver_sql(f"ALTER TABLE {part} NO FORCE ROW LEVEL SECURITY")
    gone = _count(connection, leaving) - _count(connection, part)
    connection.exec_driver_sql(f"ALTER TABLE {part} FORCE ROW LEVEL SECURITY")
    connection.exec_driver_sql(f"DROP TABLE {leaving}")
    return gone


def _count(connection: sa.Connection, name: str) -> int:
    asked = f"SELECT count(*) FROM {name}"  # noqa: S608  # nosec B608 - names of our own
    return int(connection.exec_driver_sql(asked).scalar_one())
