"""A migrated database for a test run: SQLite in a folder, or PostgreSQL under the app role."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from stackroom.core import migrations
from stackroom.testing import servers


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """`owner_url` migrates and may look behind the wall; the app only ever gets `app_url`."""

    __test__ = False
    app_url: str
    owner_url: str


@contextmanager
def empty(dialect: str, folder: Path) -> Iterator[TestDatabase]:
    """Without a table; on the PostgreSQL that `make test` has started, or on one of its own."""
    if dialect == "sqlite":
        url = f"sqlite:///{folder / 'stackroom.db'}"
        yield TestDatabase(url, url)
    elif given := os.environ.get("STACKROOM_TEST_POSTGRES_URL"):
        with empty_postgresql(given) as made:
            yield made
    else:
        with servers.postgres() as server, empty_postgresql(server.superuser_url) as made:
            yield made


def migrate(database: TestDatabase) -> None:
    """As `stackroom db upgrade` does; on SQLite there is no app role to grant anything."""
    migrations.upgrade(database.owner_url, sa.make_url(database.app_url).username)


def sqlite(folder: Path) -> TestDatabase:
    url = f"sqlite:///{folder / 'stackroom.db'}"
    made = TestDatabase(url, url)
    migrate(made)
    return made


@contextmanager
def postgresql(superuser_url: str) -> Iterator[TestDatabase]:
    with empty_postgresql(superuser_url) as made:
        migrate(made)
        yield made


@contextmanager
def empty_postgresql(superuser_url: str) -> Iterator[TestDatabase]:
    """A database of its own with an owner and an app role, neither of them superuser."""
    name = f"test_{secrets.token_hex(6)}"
    admin = sa.create_engine(
        superuser_url.replace("postgresql://", "postgresql+psycopg://"),
        isolation_level="AUTOCOMMIT",
    )
    with admin.connect() as connection:
        for role in (f"{name}_owner", f"{name}_app"):
            connection.exec_driver_sql(
                f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{name}'"
            )
        connection.exec_driver_sql(f"CREATE DATABASE {name} OWNER {name}_owner")
    owner, app = (_url(admin.url, f"{name}_{role}", name) for role in ("owner", "app"))
    try:
        yield TestDatabase(app, owner)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _url(admin: sa.URL, user: str, name: str) -> str:
    return admin.set(username=user, password=name, database=name).render_as_string(False)
