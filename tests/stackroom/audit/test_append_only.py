"""History can be added to and never changed: the database itself refuses, whoever asks."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House
from tenants.database import announce, teach_sqlite

HISTORY = ["audit_transactions", "audit_entries", "accounts_version"]
CHANGES = ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"]


@pytest.fixture(params=["app_url", "owner_url"])
def inside(
    request: pytest.FixtureRequest, home: TestDatabase, north: House
) -> Iterator[sa.Connection]:
    """A connection as the app's role, and as the owner's, that works for north."""
    engine = sa.create_engine(getattr(home, request.param))
    if engine.dialect.name == "sqlite":
        teach_sqlite(engine)
    with engine.connect() as connection:
        announce(connection, north.tenant.id)
        yield connection
        connection.rollback()
    engine.dispose()


def rows(connection: sa.Connection, table: str) -> Any:
    # On SQLite, where reads are not walled, this counts the rows of other tests too.
    return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("change", CHANGES)
def test_rows_cannot_be_changed_or_deleted(inside: sa.Connection, table: str, change: str) -> None:
    assert rows(inside, table) > 0
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        inside.exec_driver_sql(change.format(table))


@pytest.mark.parametrize("table", HISTORY)
def test_tables_cannot_be_emptied(inside: sa.Connection, table: str, dialect: str) -> None:
    empty = "TRUNCATE {}" if dialect == "postgresql" else "DELETE FROM {} WHERE true"
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        inside.exec_driver_sql(empty.format(table))


@pytest.mark.postgresql
@pytest.mark.parametrize("table", HISTORY)
def test_the_app_cannot_switch_off_what_refuses_it(database: TestDatabase, table: str) -> None:
    """SQLite has no roles: whoever can write the file can change its schema."""
    engine = sa.create_engine(database.app_url)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="must be owner"):
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    engine.dispose()
