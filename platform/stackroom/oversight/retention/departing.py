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
    _run(
        connection,
        f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
        f"ALTER TABLE {part} NO FORCE ROW LEVEL SECURITY",
    )
    counted = f"SELECT tenant_id, count(*) FROM {part} GROUP BY 1"  # noqa: S608 - our own names
    for tenant_id, count in connection.exec_driver_sql(counted):
        if archived.get(tenant_id, {}).get(table, 0) != count:
            raise NotArchived(
                f"{table} holds {count} rows of {year} of the organisation {tenant_id}, not what "
                "its archive holds"
            )


KEPT = "kept_transactions"


def _gather_kept(connection: sa.Connection, versions: list[str], year: int) -> None:
    """The transactions that made what is kept: a state without its who and when tells nothing."""
    each = " UNION ".join(
        f"SELECT tenant_id, transaction_id FROM ({_last_states(table, year)}) last"  # noqa: S608
        for table in versions
    )
    connection.exec_driver_sql(f"CREATE TEMP TABLE {KEPT} ON COMMIT DROP AS {each}")


def _last_states(table: str, year: int) -> str:
    part = partitions.part(table, year)
    return (
        f"SELECT DISTINCT ON (tenant_id, id) * FROM {part} "  # noqa: S608 - names of our own
        "ORDER BY tenant_id, id, transaction_id DESC"
    )


def _kept(table: str, year: int) -> str:
    if table == partitions.TRANSACTIONS:
        part = partitions.part(table, year)
        return (
            f"SELECT p.* FROM {part} p JOIN {KEPT} k "  # noqa: S608 - names of our own
            "ON k.tenant_id = p.tenant_id AND k.transaction_id = p.id"
        )
    if table.endswith("_version"):
        return _last_states(table, year)
    return f"SELECT * FROM {partitions.part(table, year)} WHERE false"  # noqa: S608 - as above


def _replace(connection: sa.Connection, table: str, year: int) -> int:
    part, kept = partitions.part(table, year), f"{table}_kept"
    before = connection.exec_driver_sql(f"SELECT count(*) FROM {part}").scalar_one()  # noqa: S608
    connection.exec_driver_sql(f"CREATE TEMP TABLE {kept} ON COMMIT DROP AS {_kept(table, year)}")
    _run(
        connection,
        f"ALTER TABLE {table} DETACH PARTITION {part}",
        f"DROP TABLE {part}",
    )
    partitions.add_part(connection, table, year)
    _run(
        connection,
        f"ALTER TABLE {part} NO FORCE ROW LEVEL SECURITY",
        f"INSERT INTO {part} SELECT * FROM {kept}",  # noqa: S608 - names of our own
        f"ALTER TABLE {part} FORCE ROW LEVEL SECURITY",
    )
    after = connection.exec_driver_sql(f"SELECT count(*) FROM {kept}").scalar_one()  # noqa: S608
    return int(before - after)


def _run(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
