"""How long history is kept, its archives, and history by the year: on PostgreSQL, every table of
history becomes one part a year."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from stackroom.audit import partitions
from tenants.database import append_only_statements, wall_statements
from tenants.tripwire import watch_statements

revision = "0027"
down_revision = "0026"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
Columns = Callable[[bool], list[sa.Column[Any]]]
TABLES = ("audit_retentions", "audit_archives")


def upgrade() -> None:
    create("audit_retentions", retention_columns, "tenant_id")
    create("audit_archives", archive_columns, "tenant_id", "year")
    connection = op.get_bind()
    for table in (*TABLES, *(f"{table}_version" for table in TABLES)):
        for statement in wall_statements(table, connection.dialect.name):
            op.execute(statement)
    for table in TABLES:
        for statement in append_only_statements(f"{table}_version", connection.dialect.name):
            op.execute(statement)
        for statement in watch_statements(table, connection.dialect.name):
            op.execute(statement)
    if connection.dialect.name == "postgresql":
        for table in partitions.unpartitioned(connection):
            partitions.by_year(connection, table)


def create(table: str, columns: Columns, *unique: str) -> None:
    op.create_table(
        table,
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *columns(False),
        sa.UniqueConstraint(*unique, name=f"uq_{table}_{'_'.join(unique)}"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{table}"),
    )
    op.create_table(
        f"{table}_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        *columns(True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name=f"pk_{table}_version"),
    )


def retention_columns(nullable: bool) -> list[sa.Column[Any]]:
    return [
        sa.Column("keep_years", sa.Integer(), nullable=nullable),
        sa.Column("legal_hold", sa.Boolean(), nullable=nullable),
        sa.Column("hold_reason", sa.String(length=500), nullable=nullable),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by", sa.String(length=200), nullable=nullable),
    ]


def archive_columns(nullable: bool) -> list[sa.Column[Any]]:
    return [
        sa.Column("year", sa.Integer(), nullable=nullable),
        sa.Column("file_key", sa.String(length=120), nullable=nullable),
        sa.Column("size", sa.BigInteger(), nullable=nullable),
        sa.Column("sha256", sa.String(length=64), nullable=nullable),
        sa.Column("rows", sa.BigInteger(), nullable=nullable),
        sa.Column("counts", JSON, nullable=nullable),
        sa.Column("first_checkpoint", sa.Integer(), nullable=nullable),
        sa.Column("last_checkpoint", sa.Integer(), nullable=nullable),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=nullable),
    ]
