"""What the last look at the flags found, so that a change of one is told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import wall_statements

revision = "0028"
down_revision = "0019"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "flags_seen",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_flags_seen"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_flags_seen_tenant_id_key"),
    )
    for statement in wall_statements("flags_seen", op.get_bind().dialect.name):
        op.execute(statement)
