"""How much may still be added under the organisation's plan."""

import sqlalchemy as sa
from alembic import op

from tenants.database import wall_statements

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "plan_headroom",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("allowed", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_plan_headroom"),
        sa.UniqueConstraint("tenant_id", "measure", name="uq_plan_headroom_tenant_id_measure"),
    )
    for statement in wall_statements("plan_headroom", op.get_bind().dialect.name):
        op.execute(statement)
