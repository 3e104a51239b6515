"""Where one database is measured: the app behind its walls, and the same rows without any."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from config import load
from stackroom.app import create_app
from stackroom.core import outbox
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.testing import databases, servers
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House, open_house
from tenants import context
from tenants.database import SQLITE_PRAGMAS
from tenants.orm import Base

POSTGRESQL, SQLITE = "postgresql", "sqlite"


@dataclass(frozen=True, slots=True)
class Ground:
    """`bare` is a database of the same tables without policies, triggers or listeners. `passing`
    reaches the app's own database past its policies: as superuser on PostgreSQL."""

    name: str
    app: Stackroom
    house: House
    bare: sa.Engine
    passing: sa.Engine

    @contextmanager
    def inside(self, house: House | None = None) -> Iterator[None]:
        """The app and an organisation are open, and the system acts; no transaction is begun."""
        with (
            self.app.app_context(),
            context.acting_for((house or self.house).tenant),
            acting_as(Provenance(SYSTEM, Channel.JOB)),
        ):
            yield

    def copy_to_bare(self) -> None:
        """Give `bare` the rows of the house, in the place of those it had."""
        with self.passing.connect() as source, self.bare.begin() as target:
            for table in reversed(Base.metadata.sorted_tables):
                target.execute(table.delete())
            for table in Base.metadata.sorted_tables:
                key = table.c.tenant_id if "tenant_id" in table.c else table.c.id
                found = source.execute(sa.select(table).where(key == self.house.tenant.id))
                if rows := [dict(row) for row in found.mappings()]:
                    target.execute(table.insert(), rows)


@contextmanager
def prepared(name: str) -> Iterator[Ground]:
    """A throw-away database, migrated, with one organisation in it."""
    with tempfile.TemporaryDirectory(prefix="stackroom-bench-") as folder:
        opened = _postgresql() if name == POSTGRESQL else _sqlite(Path(folder))
        with opened as (database, passing, bare):
            app = _app(database, Path(folder))
            Base.metadata.create_all(bare)
            yield Ground(name, app, open_house(app, "bench"), bare, passing)
            with app.app_context():
                db.engine.dispose()
            bare.dispose()
            passing.dispose()


def _app(database: TestDatabase, folder: Path) -> Stackroom:
    app = create_app(
        load(
            STACKROOM_ENV="testing",
            database_url=database.app_url,
            data_dir=folder / "data",
            rate_limits=True,
        )
    )
    outbox.wake_with(None)
    return app


Opened = tuple[TestDatabase, sa.Engine, sa.Engine]


@contextmanager
def _postgresql() -> Iterator[Opened]:
    with (
        servers.postgres() as server,
        databases.postgresql(server.superuser_url) as database,
    ):
        root = sa.make_url(server.superuser_url).set(drivername="postgresql+psycopg")
        admin = sa.create_engine(root, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE bare")
        admin.dispose()
        name = sa.make_url(database.app_url).database
        yield database, sa.create_engine(root.set(database=name)), _engine(root, "bare")


def _engine(root: sa.URL, name: str) -> sa.Engine:
    return sa.create_engine(root.set(database=name))


@contextmanager
def _sqlite(folder: Path) -> Iterator[Opened]:
    bare = sa.create_engine(f"sqlite:///{folder / 'bare.db'}")

    @event.listens_for(bare, "connect")
    def _alike(raw: DBAPIConnection, _record: object) -> None:
        for pragma in SQLITE_PRAGMAS:
            raw.cursor().execute(f"PRAGMA {pragma}")

    database = databases.sqlite(folder)
    yield database, sa.create_engine(database.app_url), bare
