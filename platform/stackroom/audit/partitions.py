"""History by the year on PostgreSQL: each year a table of its own, so that an old one leaves whole.

The parts lie in the schema `history`, on which the app role holds no right: it reaches them through
their table, whose policy and grants alone count then. What is of no known year goes to the part
`_rest`, so that no write is ever refused for want of a part.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from stackroom.audit import ids
from tenants.database import HISTORY_SCHEMA, wall_statements

TRANSACTIONS = "audit_transactions"
PARTITIONED = """
SELECT relname FROM pg_class
WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
KEYS = """
SELECT 'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' '
    || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%(name)s) AND contype = 'p'
"""
INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = to_regclass(%(name)s) AND NOT indisprimary
"""
TRIGGERS = """
SELECT pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgrelid = to_regclass(%(name)s) AND NOT tgisinternal
"""


def parted(connection: sa.Connection) -> list[str]:
    """Tables of history that have a part for each year."""
    return list(connection.exec_driver_sql(PARTITIONED).scalars())


def unpartitioned(connection: sa.Connection) -> list[str]:
    """Tables of history that still are one piece."""
    inspector = sa.inspect(connection)
    found = [
        name
        for name in inspector.get_table_names()
        if name in (TRANSACTIONS, "audit_entries")
        or (name.endswith("_version") and name != "alembic_version")
    ]
    return sorted(set(found) - set(parted(connection)))


def by_year(connection: sa.Connection, table: str) -> None:
    """Part a table of history, with its rows, key, indexes and triggers; for migrations. Takes as
    long as copying the rows. On SQLite there is nothing to do."""
    if connection.dialect.name != "postgresql":
        return
    anew = [
        statement.replace("%", "%%")
        for question in (KEYS, INDEXES, TRIGGERS)
        for statement in connection.exec_driver_sql(question, {"name": table}).scalars()
    ]
    whole = f"{table}_whole"
    _run(
        connection,
        f"CREATE SCHEMA IF NOT EXISTS {HISTORY_SCHEMA}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",  # the owner moves everybody's rows
        f"ALTER TABLE {table} RENAME TO {whole}",
        f"CREATE TABLE {table} (LIKE {whole} INCLUDING DEFAULTS INCLUDING STORAGE) "
        f"PARTITION BY RANGE ({key(table)})",
    )
    add_part(connection, table, None)
    for year in _years(connection, whole, key(table)):
        add_part(connection, table, year)
    _run(
        connection,
        f"INSERT INTO {table} SELECT * FROM {whole}",  # noqa: S608  # nosec B608 - names of our own
        f"DROP TABLE {whole}",
        *anew,
        *wall_statements(table, "postgresql"),
    )


def extend(connection: sa.Connection, now: datetime) -> list[str]:
    """Make the parts of this year and the next; the names of those that were missing."""
    if connection.dialect.name != "postgresql":
        return []
    missing = [
        (table, year)
        for table in parted(connection)
        for year in (now.year, now.year + 1)
        if not exists(connection, part(table, year))
    ]
    for table, year in missing:
        make(connection, table, year)
    return [part(table, year) for table, year in missing]


def make(connection: sa.Connection, table: str, year: int) -> None:
    """A part that is missing, with the rows that could not wait for it."""
    if _waits_in_rest(connection, table, year):
        _out_of_rest(connection, table, year)
    else:
        add_part(connection, table, year)


def part(table: str, year: int | None) -> str:
    """The name of one part; None: of what belongs to no known year."""
    return f"{HISTORY_SCHEMA}.{table}_{'rest' if year is None else f'y{year}'}"


def span(year: int) -> tuple[int, int]:
    """The first transaction id of a year (UTC), and the first after it."""
    return (
        ids.first(datetime(year, 1, 1, tzinfo=UTC)),
        ids.first(datetime(year + 1, 1, 1, tzinfo=UTC)),
    )


def add_part(connection: sa.Connection, table: str, year: int | None, rows: str = "") -> None:
    """With what the query `rows` gives. They are there before the part is attached: no trigger
    takes them for new ones."""
    name = part(table, year)
    first, after = (0, 0) if year is None else span(year)
    bounds = "DEFAULT" if year is None else f"FOR VALUES FROM ({first}) TO ({after})"
    _run(
        connection,
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE)",
        *([f"INSERT INTO {name} {rows}"] if rows else []),
        f"ALTER TABLE {table} ATTACH PARTITION {name} {bounds}",
        *guards(name),
    )


def guards(name: str) -> Iterator[str]:
    """What a part does not get from its table: row triggers are cloned, these are not."""
    yield from wall_statements(name, "postgresql")
    yield (
        f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history()"
    )


def _waits_in_rest(connection: sa.Connection, table: str, year: int) -> bool:
    rest = part(table, None)
    _run(connection, f"ALTER TABLE {rest} NO FORCE ROW LEVEL SECURITY")
    asked = f"SELECT EXISTS (SELECT FROM {rest} WHERE {_inside(table, year)})"  # noqa: S608  # nosec B608
    waits = bool(connection.exec_driver_sql(asked).scalar())
    _run(connection, f"ALTER TABLE {rest} FORCE ROW LEVEL SECURITY")
    return waits


def _inside(table: str, year: int) -> str:
    first, after = span(year)
    return f"{key(table)} >= {first} AND {key(table)} < {after}"


def _out_of_rest(connection: sa.Connection, table: str, year: int) -> None:
    """The year had begun before its part was made."""
    before = detach(connection, table, None)
    inside = _inside(table, year)
    add_part(connection, table, None, f"SELECT * FROM {before} WHERE NOT ({inside})")  # noqa: S608  # nosec B608
    add_part(connection, table, year, f"SELECT * FROM {before} WHERE {inside}")  # noqa: S608  # nosec B608
    _run(connection, f"DROP TABLE {before}")


def detach(connection: sa.Connection, table: str, year: int | None) -> str:
    """The name of what was a part; its rows lie open to the owner until it is dropped."""
    name, leaving = part(table, year), f"{table}_leaving"
    _run(
        connection,
        f"ALTER TABLE {table} DETACH PARTITION {name}",
        f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} RENAME TO {leaving}",
    )
    return f"{HISTORY_SCHEMA}.{leaving}"


def _years(connection: sa.Connection, table: str, column: str) -> range:
    """From the oldest row's to the next."""
    this = datetime.now(UTC).year
    asked = f"SELECT min({column}) FROM {table}"  # noqa: S608  # nosec B608 - names of our own
    least = connection.exec_driver_sql(asked).scalar()
    return range(this if least is None else min(this, year_of(least)), this + 2)


def year_of(transaction_id: int) -> int:
    return (ids.EPOCH + timedelta(microseconds=transaction_id >> ids.LOW_BITS)).year


def key(table: str) -> str:
    """The column that carries the instant."""
    return "id" if table == TRANSACTIONS else "transaction_id"


def exists(connection: sa.Connection, name: str) -> bool:
    found = connection.exec_driver_sql("SELECT to_regclass(%(name)s)", {"name": name})
    return found.scalar() is not None


def _run(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
