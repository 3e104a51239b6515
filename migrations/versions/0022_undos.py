"""Undoing a batch: the job, and what became of each row; batches are found by an index."""

import sqlalchemy as sa
from alembic import op

from tenants.database import wall_statements

revision = "0022"
down_revision = "0028"

TABLES = ("undos", "undo_lines")


def upgrade() -> None:
    in_a_batch = sa.text("batch_id IS NOT NULL")
    op.create_index(
        "ix_audit_transactions_batch",
        "audit_transactions",
        ["tenant_id", "batch_id", "id"],
        sqlite_where=in_a_batch,
        postgresql_where=in_a_batch,
    )
    create_undos()
    create_lines()
    dialect = op.get_bind().dialect.name
    for table in TABLES:
        for statement in wall_statements(table, dialect):
            op.execute(statement)


def create_undos() -> None:
    op.create_table(
        "undos",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_undos"),
    )
    underway = sa.text("status IN ('queued', 'running')")
    op.create_index("ix_undos_batch", "undos", ["tenant_id", "batch_id"])
    op.create_index(
        "uq_undos_one_underway",
        "undos",
        ["tenant_id", "batch_id"],
        unique=True,
        sqlite_where=underway,
        postgresql_where=underway,
    )


def create_lines() -> None:
    op.create_table(
        "undo_lines",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("undo_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "undo_id"],
            ["undos.tenant_id", "undos.id"],
            name="fk_undo_lines_undo_id",
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "undo_id",
            "position",
            name="uq_undo_lines_tenant_id_undo_id_position",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_undo_lines"),
    )
