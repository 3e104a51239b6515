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
from tenants import roles


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
    """A database of its own with an owner and an app role, made as `stackroom db roles` does."""
    name = f"test_{secrets.token_hex(6)}"
    admin = sa.make_url(superuser_url).set(drivername="postgresql+psycopg")
    owner, app = (_url(admin, f"{name}_{role}", name) for role in ("owner", "app"))
    list(roles.establish(superuser_url, owner, app, {}))
    try:
        yield TestDatabase(app, owner)
    finally:
        engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _url(admin: sa.URL, user: str, name: str) -> str:
    return admin.set(username=user, password=name, database=name).render_as_string(False)
