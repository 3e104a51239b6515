"""Single sign-on: the providers an organisation trusts, and who its people are there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements

revision = "0014"
down_revision = "0013"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
HISTORY = ("sso_providers_version", "sso_identities_version")
SCOPED = ("sso_providers", "sso_identities", *HISTORY)


def upgrade() -> None:
    create_tables()
    create_history()
    dialect = op.get_bind().dialect.name
    for table in SCOPED:
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in HISTORY:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def create_tables() -> None:
    op.create_table(
        "sso_providers",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=300), nullable=False),
        sa.Column("sealed_secret", sa.String(length=2000), nullable=False),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("groups_claim", sa.String(length=100), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("link_by_email", sa.Boolean(), nullable=False),
        sa.Column("create_accounts", sa.Boolean(), nullable=False),
        sa.Column("default_role", sa.String(length=40), nullable=False),
        sa.Column("group_roles", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sso_providers"),
        sa.UniqueConstraint("tenant_id", "issuer", name="uq_sso_providers_tenant_id_issuer"),
    )
    op.create_table(
        "sso_identities",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_sso_identities_account_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sso_identities"),
        sa.UniqueConstraint(
            "tenant_id", "issuer", "subject", name="uq_sso_identities_tenant_id_issuer_subject"
        ),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "issuer",
            name="uq_sso_identities_tenant_id_account_id_issuer",
        ),
    )  # fmt: skip


def create_history() -> None:
    """Without the client secret, which no version keeps."""
    op.create_table(
        "sso_providers_version",
        *_key(),
        sa.Column("name", sa.String(length=60), autoincrement=False, nullable=True),
        sa.Column("issuer", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("client_id", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("scopes", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("groups_claim", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("enabled", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("required", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("link_by_email", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("create_accounts", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("default_role", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("group_roles", JSON, autoincrement=False, nullable=True),
        *_change(),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_sso_providers_version"
        ),
    )
    op.create_table(
        "sso_identities_version",
        *_key(),
        sa.Column("issuer", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("subject", sa.String(length=255), autoincrement=False, nullable=True),
        sa.Column("account_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        *_change(),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_sso_identities_version"
        ),
    )


def _key() -> list[sa.Column]:
    return [
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
    ]


def _change() -> list[sa.Column]:
    return [
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
    ]
