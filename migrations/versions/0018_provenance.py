"""By which right and in which roles somebody acted, and what belongs to one batch or library."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    for column in (
        sa.Column("roles", JSON, nullable=False, server_default="[]"),
        sa.Column("by_right", sa.String(60), nullable=False, server_default=""),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
    ):
        op.add_column("audit_transactions", column)
    op.add_column("audit_entries", sa.Column("library_id", sa.Uuid(), nullable=True))
