"""The operators of the platform, their console, and support by consent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements

revision = "0008"
down_revision = "0006"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
SCOPED = ("support_grants", "support_grants_version", "support_visits")
"""Tables that hold rows of organisations."""
HISTORY = ("support_grants_version", "operator_acts")
"""Tables that may only be added to; the second is the platform's own."""


def upgrade() -> None:
    # Until now nobody acted for another; now an admin lets an operator in, and it says so.
    op.alter_column("audit_transactions", "impersonator", new_column_name="on_behalf_of")
    create_tables()
    dialect = op.get_bind().dialect.name
    for table in SCOPED:
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in HISTORY:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def create_tables() -> None:
    op.create_table(
        "operator_acts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("operator_name", sa.String(length=200), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operator_acts"),
    )
    op.create_index(
        "ix_operator_acts_organisation", "operator_acts", ["organisation", "id"], unique=False
    )
    op.create_table(
        "operator_failures",
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("email_hash", name="pk_operator_failures"),
    )
    op.create_table(
        "operators",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_secret", sa.String(length=300), nullable=False),
        sa.Column("enrol_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sa.UniqueConstraint("email", name="uq_operators_email"),
    )
    op.create_table(
        "platform_errors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_platform_errors"),
    )
    op.create_table(
        "support_grants_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("granted_by_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("scope", JSON, autoincrement=False, nullable=True),
        sa.Column("may_write", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("reason", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_support_grants_version"
        ),
    )
    op.create_table(
        "operator_recovery_codes",
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name="fk_operator_recovery_codes_operator_id"
        ),
        sa.PrimaryKeyConstraint("operator_id", "code_hash", name="pk_operator_recovery_codes"),
    )
    op.create_table(
        "operator_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name="fk_operator_sessions_operator_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_operator_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_operator_sessions_token_hash"),
    )
    op.create_index(
        "ix_operator_sessions_operator_id", "operator_sessions", ["operator_id"], unique=False
    )
    op.create_table(
        "support_grants",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=False),
        sa.Column("scope", JSON, nullable=False),
        sa.Column("may_write", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "granted_by_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_support_grants_granted_by_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_support_grants"),
    )
    op.create_index(
        "ix_support_grants_expiry", "support_grants", ["tenant_id", "expires_at"], unique=False
    )
    op.create_table(
        "support_handovers",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name="fk_support_handovers_operator_id"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_support_handovers"),
    )
    op.create_table(
        "support_visits",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("operator_name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "grant_id"],
            ["support_grants.tenant_id", "support_grants.id"],
            name="fk_support_visits_grant_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_support_visits"),
        sa.UniqueConstraint(
            "tenant_id", "token_hash", name="uq_support_visits_tenant_id_token_hash"
        ),
    )
    op.create_index(
        "ix_support_visits_grant", "support_visits", ["tenant_id", "grant_id"], unique=False
    )
