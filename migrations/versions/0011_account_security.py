"""Doors, devices and links for a forgotten password (ADR 19)."""

import sqlalchemy as sa
from alembic import op

from tenants.database import wall_statements

revision = "0011"
down_revision = "0010"

SCOPED = ("known_devices", "password_resets", "sign_in_failures")
"""Tables that hold rows of organisations."""


def upgrade() -> None:
    op.add_column("sign_in_sessions", sa.Column("seen_at", sa.DateTime(timezone=True)))
    for name, length in (("channel", 10), ("how", 40)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("sign_in_sessions", column)
    # Counts of some minutes: made anew, for SQLite adds no column to a unique constraint.
    op.drop_table("sign_in_failures")
    create_tables()
    for table in SCOPED:
        for statement in wall_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def create_tables() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sign_in_failures"),
        sa.UniqueConstraint(
            "tenant_id", "email_hash", "door", name="uq_sign_in_failures_tenant_id_email_hash_door"
        ),
    )
    op.create_table(
        "known_devices",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_known_devices_account_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_known_devices"),
        sa.UniqueConstraint(
            "tenant_id",
            "account_id",
            "device_hash",
            name="uq_known_devices_tenant_id_account_id_device_hash",
        ),
    )
    op.create_index("ix_known_devices_seen", "known_devices", ["tenant_id", "seen_at"])
    op.create_table(
        "password_resets",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_password_resets_account_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_password_resets"),
        sa.UniqueConstraint(
            "tenant_id", "token_hash", name="uq_password_resets_tenant_id_token_hash"
        ),
    )
    op.create_index(
        "ix_password_resets_account", "password_resets", ["tenant_id", "account_id", "created_at"]
    )
