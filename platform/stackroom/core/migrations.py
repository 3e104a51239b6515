"""Running Alembic from inside: for `stackroom db upgrade`, readiness and tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import event

from config import Settings

SCRIPTS = Path(__file__).parents[3] / "migrations"
TURN_SECONDS = 300
"""So long a process waits for another that migrates the same SQLite file."""


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def upgrade(owner_url: str, app_role: str | None = None) -> None:
    """Bring a database to head, and give the app role its grants. Processes that do it at once
    take turns; each does all of it or nothing."""
    config = configuration()
    with as_owner(owner_url) as connection:
        config.attributes.update(connection=connection, app_role=app_role)
        command.upgrade(config, "head")


def upgrade_all(settings: Settings) -> None:
    """The main database, then each silo once, however many organisations share it."""
    for owner_url, app_role in owned(settings).items():
        upgrade(owner_url, app_role)


def owned(settings: Settings) -> dict[str, str | None]:
    """The owner's address of each database, the main one first, and the name of its app role."""
    silos = {silo.owner_database: silo.app_role for silo in settings.silos.values()}
    return {settings.owner_database: settings.app_role, **silos}


@contextmanager
def as_owner(url: str) -> Iterator[sa.Connection]:
    """One transaction of the owner role."""
    engine = owner_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def owner_engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url)
    engine = sa.create_engine(url, connect_args={"timeout": TURN_SECONDS})
    # The driver begins no transaction for DDL: two processes would both create the tables.
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _leave_transactions_to_us(raw: Any, _record: Any) -> None:
    raw.isolation_level = None
