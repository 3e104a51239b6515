"""The first tables, walled"""

import sqlalchemy as sa
from alembic import op

from stackroom.audit.versioning import history_tables
from tenants.database import (
    REFUSE_CHANGE_OF_HISTORY,
    append_only_statements,
    wall_statements,
)
from tenants.orm import Base, scoped_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    # INTERIM while features are being written: replaced by explicit operations before release.
    connection = op.get_bind()
    dialect = connection.dialect.name
    Base.metadata.create_all(connection)
    if dialect == "postgresql":
        op.execute(REFUSE_CHANGE_OF_HISTORY)
    for table in scoped_tables():
        for statement in wall_statements(table.name, dialect):
            op.execute(statement)
    for name in sorted(history_tables()):
        for statement in append_only_statements(name, dialect):
            op.execute(statement)
