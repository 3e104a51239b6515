"""A role that could bypass the wall must not serve."""

import pytest
import sqlalchemy as sa

from stackroom.testing.databases import TestDatabase
from tenants.database import refuse_bypassing_role
from tenants.errors import BypassingRole


def test_the_app_role_may_serve(database: TestDatabase) -> None:
    refuse_bypassing_role(_engine(database.app_url))


def test_the_owner_may_not_serve(database: TestDatabase, dialect: str) -> None:
    """It owns the tables, so it could lift their policies. SQLite has no roles."""
    engine = _engine(database.owner_url)
    if dialect == "sqlite":
        refuse_bypassing_role(engine)
        return
    with pytest.raises(BypassingRole, match="STACKROOM_DATABASE_URL"):
        refuse_bypassing_role(engine)


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool)
