"""History by the year: nothing is lost when a table is parted, no write is refused, and the app
reaches no part by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.audit import ids, partitions
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House
from tenants.database import append_only_statements, wall_statements

pytestmark = pytest.mark.postgresql
TABLE = "probes_version"
LAST, THIS = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
FAR = datetime(2061, 6, 1, tzinfo=UTC)


@pytest.fixture
def owner(database: TestDatabase) -> Iterator[sa.Connection]:
    """What is made inside goes with the transaction."""
    engine = sa.create_engine(database.owner_url, poolclass=sa.NullPool)
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def whole(owner: sa.Connection) -> sa.Connection:
    """A table as a migration makes it, with a row of each of three years."""
    _run(
        owner,
        f"CREATE TABLE {TABLE} (tenant_id int NOT NULL, id uuid NOT NULL, title varchar(9), "
        "transaction_id bigint NOT NULL, "
        f"CONSTRAINT pk_{TABLE} PRIMARY KEY (tenant_id, id, transaction_id))",
        f"CREATE INDEX ix_{TABLE}_title ON {TABLE} (tenant_id, title)",
    )
    for at in (LAST, THIS, FAR):
        _add(owner, at)
    _run(
        owner,
        *wall_statements(TABLE, "postgresql"),
        *append_only_statements(TABLE, "postgresql"),
    )
    return owner


def _run(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _add(connection: sa.Connection, at: datetime) -> None:
    row = (7, UUID(int=ids.first(at)), ids.first(at))
    insert = f"INSERT INTO {TABLE} VALUES (%s, %s, 'x', %s)"
    connection.exec_driver_sql(insert, row)


def _count(connection: sa.Connection, name: str) -> int:
    connection.exec_driver_sql("SELECT set_config('app.tenant', '7', true)")
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())


def _refused(connection: sa.Connection, statement: str, why: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=why), connection.begin_nested():
        connection.exec_driver_sql(statement)


def test_rows_go_to_the_part_of_their_year(whole: sa.Connection) -> None:
    partitions.by_year(whole, TABLE)
    assert _count(whole, TABLE) == 3
    counted = {year: _count(whole, partitions.part(TABLE, year)) for year in (2025, 2026, None)}
    assert counted == {2025: 1, 2026: 1, None: 1}
    found = sa.inspect(whole)
    assert found.get_pk_constraint(TABLE)["name"] == f"pk_{TABLE}"
    assert [index["name"] for index in found.get_indexes(TABLE)] == [f"ix_{TABLE}_title"]


def test_a_part_is_as_append_only_as_its_table(whole: sa.Connection) -> None:
    partitions.by_year(whole, TABLE)
    part = partitions.part(TABLE, 2026)
    _count(whole, TABLE)  # opens the organisation
    for name in (TABLE, part):
        _refused(whole, f"UPDATE {name} SET title = 'y'", "append-only")
        _refused(whole, f"DELETE FROM {name}", "append-only")
        _refused(whole, f"TRUNCATE {name}", "append-only")


def test_a_year_without_a_part_is_written_and_moves_once_it_has_one(whole: sa.Connection) -> None:
    partitions.by_year(whole, TABLE)
    made = partitions.extend(whole, FAR)
    assert partitions.part(TABLE, FAR.year) in made
    assert partitions.part("audit_entries", FAR.year + 1) in made
    assert partitions.extend(whole, FAR) == []
    assert _count(whole, partitions.part(TABLE, FAR.year)) == 1
    assert _count(whole, partitions.part(TABLE, None)) == 0
    assert _count(whole, TABLE) == 3
    _refused(whole, f"DELETE FROM {TABLE}", "append-only")
    whole.exec_driver_sql("SELECT set_config('app.tenant', '8', true)")
    assert whole.exec_driver_sql(f"SELECT count(*) FROM {TABLE}").scalar() == 0


def test_no_table_of_history_is_one_piece(owner: sa.Connection) -> None:
    assert partitions.unpartitioned(owner) == []
    assert partitions.extend(owner, datetime.now(UTC)) == []


def test_the_app_reaches_history_through_its_table_alone(
    north: House, harbour: House, home: TestDatabase
) -> None:
    engine = sa.create_engine(home.app_url, poolclass=sa.NullPool)
    part = partitions.part("accounts_version", datetime.now(UTC).year)
    with engine.connect() as connection:
        for statement in (f"SELECT FROM {part}", f"INSERT INTO {part} VALUES (1)"):
            _refused(connection, statement, "permission denied")
        own = str(north.tenant.id)
        connection.exec_driver_sql("SELECT set_config('app.tenant', %s, true)", (own,))
        seen = connection.exec_driver_sql("SELECT DISTINCT tenant_id FROM accounts_version")
        assert list(seen.scalars()) == [north.tenant.id]
        foreign = harbour.tenant.id
        _refused(
            connection,
            "INSERT INTO accounts_version (tenant_id, id, transaction_id, operation_type) "
            f"VALUES ({foreign}, gen_random_uuid(), {ids.new(datetime.now(UTC))}, 0)",
            "row-level security",
        )


def test_the_year_is_read_back_from_an_id() -> None:
    assert [partitions.year_of(ids.first(at)) for at in (LAST, THIS)] == [2025, 2026]
    assert partitions.span(2025)[1] == ids.first(THIS)
