"""A migrated database for a test run: SQLite in a folder, or PostgreSQL under the app role."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from stackroom.core import migrations


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """`owner_url` migrates and may look behind the wall; the app only ever gets `app_url`."""

    __test__ = False
    app_url: str
    owner_url: str


def sqlite(folder: Path) -> TestDatabase:
    url = f"sqlite:///{folder / 'stackroom.db'}"
    migrations.upgrade(url)
    return TestDatabase(url, url)


@contextmanager
def postgresql(superuser_url: str) -> Iterator[TestDatabase]:
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
    migrations.upgrade(owner, f"{name}_app")
    try:
        yield TestDatabase(app, owner)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _url(admin: sa.URL, user: str, name: str) -> str:
    return admin.set(username=user, password=name, database=name).render_as_string(False)
