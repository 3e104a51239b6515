"""Migrations run as the owner role, with every model known, and end with the app role's grants."""

from typing import Any

import sqlalchemy as sa
from alembic import context

from config import load
from stackroom import app  # noqa: F401 - imports every model and builds the version tables
from stackroom.audit import partitions
from stackroom.audit.versioning import history_tables
from stackroom.core import clock
from stackroom.core.migrations import owner_engine
from tenants.database import grant_statements
from tenants.orm import Base

LOCK = 0x57AC0001
"""Two processes that migrate at once take turns at this advisory lock."""
LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '{}s'"
TABLE_SECONDS = 5
"""A migration waits so long for a table and then gives up: behind it, everybody else waits."""


def migrate(connection: sa.Connection, app_role: str | None) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=False,
        include_object=_ours,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(LIMITS.format(0))  # another's whole migration may take long
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.exec_driver_sql(LIMITS.format(TABLE_SECONDS))
        context.run_migrations()
        partitions.extend(connection, clock.now())
        if app_role:
            for statement in grant_statements(
                app_role, Base.metadata.sorted_tables, history_tables()
            ):
                connection.exec_driver_sql(statement)


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Search tables are made by hand in migrations; autogenerate must not drop them."""
    return not (kind == "table" and str(name).startswith(("bib_search", "sqlite_")))


def run() -> None:
    if shared := context.config.attributes.get("connection"):
        migrate(shared, context.config.attributes.get("app_role"))
        return
    settings = load()
    with owner_engine(settings.owner_database).begin() as connection:
        migrate(connection, settings.app_role)


run()
