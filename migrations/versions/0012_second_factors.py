"""Second factors: authenticator apps, recovery codes, passkeys, and the roles that need one."""

import sqlalchemy as sa
from alembic import op

from tenants.database import append_only_statements, wall_statements

revision = "0012"
down_revision = "0011"

VERSIONS = "required_factors_version"
SCOPED = (
    "authenticator_apps", "recovery_codes", "passkeys", "spent_challenges", "required_factors",
    VERSIONS,
)  # fmt: skip


def upgrade() -> None:
    # Sessions that are open have proved nothing lately: they are asked when it matters.
    op.add_column("sign_in_sessions", sa.Column("proved_at", sa.DateTime(timezone=True)))
    create_tables()
    dialect = op.get_bind().dialect.name
    for table in SCOPED:
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for statement in append_only_statements(VERSIONS, dialect):
        op.execute(statement)


def keys() -> tuple[sa.Column[int], sa.Column[object]]:
    return (
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    )


def create_tables() -> None:
    op.create_table(
        "authenticator_apps",
        *keys(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.String(300), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        of_account("authenticator_apps"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_authenticator_apps"),
        sa.UniqueConstraint(
            "tenant_id", "account_id", name="uq_authenticator_apps_tenant_id_account_id"
        ),
    )
    op.create_table(
        "recovery_codes",
        *keys(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        of_account("recovery_codes"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_recovery_codes"),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "code_hash",
            name="uq_recovery_codes_tenant_id_account_id_code_hash",
        ),
    )  # fmt: skip
    op.create_table(
        "passkeys",
        *keys(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.String(2000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        of_account("passkeys"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_passkeys"),
        sa.UniqueConstraint(
            "tenant_id", "credential_id", name="uq_passkeys_tenant_id_credential_id"
        ),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["tenant_id", "account_id"])
    op.create_table(
        "spent_challenges",
        *keys(),
        sa.Column("challenge_hash", sa.String(64), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_spent_challenges"),
        sa.UniqueConstraint(
            "tenant_id", "challenge_hash", name="uq_spent_challenges_tenant_id_challenge_hash"
        ),
    )
    op.create_table(
        "required_factors",
        *keys(),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_required_factors"),
        sa.UniqueConstraint("tenant_id", "role", name="uq_required_factors_tenant_id_role"),
    )
    op.create_table(
        VERSIONS,
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(40), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name=f"pk_{VERSIONS}"),
    )


def of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "account_id"],
        ["accounts.tenant_id", "accounts.id"],
        name=f"fk_{table}_account_id",
    )
