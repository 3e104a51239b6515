"""History by the year: on PostgreSQL, every table of history becomes one part a year."""

from alembic import op

from stackroom.audit import partitions

revision = "0027"
down_revision = "0018"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for table in partitions.unpartitioned(connection):
            partitions.by_year(connection, table)
