"""The end of an organisation: its dates, its certificate, and the one way to delete history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants import purging
from tenants.database import REFUSE_CHANGE_OF_HISTORY, append_only_statements

revision = "0006"
down_revision = "0005"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column(
        "organisations",
        sa.Column("closing_reason", sa.String(500), nullable=False, server_default=""),
    )
    op.add_column("organisations", sa.Column("closing_at", sa.DateTime(timezone=True)))
    op.add_column("organisations", sa.Column("closes_at", sa.DateTime(timezone=True)))
    op.add_column("organisations", sa.Column("reminded_days", sa.Integer()))
    op.add_column("organisations", sa.Column("purged_at", sa.DateTime(timezone=True)))
    op.create_table(
        "purges",
        sa.Column("organisation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("addresses", JSON, nullable=False),
        sa.Column("erased", JSON, nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_purges_organisation_id"
        ),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_purges"),
    )
    # A deleted item asks for its loans: without an index a purge grows with the square of them.
    op.create_index("ix_loans_item", "loans", ["tenant_id", "item_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_CHANGE_OF_HISTORY)
        for statement in purging.POSTGRESQL:
            op.execute(statement)
    else:
        _let_purges_pass()
        for statement in purging.SQLITE:
            op.execute(statement)


def _let_purges_pass() -> None:
    """Where history's triggers were made before there was a purge."""
    prefix, suffix = "append_only_", "_delete"
    kept = op.get_bind().exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'append_only_%_delete'"
    )
    for name in kept.scalars().all():
        table = name.removeprefix(prefix).removesuffix(suffix)
        op.execute(f"DROP TRIGGER {name}")
        _update, delete = append_only_statements(table, "sqlite")
        op.execute(delete)
