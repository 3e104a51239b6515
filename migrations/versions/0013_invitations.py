"""Invitations of staff, the roles they confer, and the links of their mails."""

import sqlalchemy as sa
from alembic import op

from tenants.database import append_only_statements, wall_statements

revision = "0013"
down_revision = "0012"

SCOPED = (
    "invitations", "invitations_version", "invited_roles", "invited_roles_version",
    "invitation_links",
)  # fmt: skip
HISTORY = ("invitations_version", "invited_roles_version")


def upgrade() -> None:
    create_invitations()
    create_roles_and_links()
    create_history()
    dialect = op.get_bind().dialect.name
    for table in SCOPED:
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in HISTORY:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sendings", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invited_by_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_invitations_invited_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_invitations_account_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_invitations"),
    )
    is_open = sa.text("accepted_at IS NULL AND revoked_at IS NULL")
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["tenant_id", "email"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_invitations_invited", "invitations", ["tenant_id", "invited_at"])


def create_roles_and_links() -> None:
    op.create_table(
        "invited_roles",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invitation_id"],
            ["invitations.tenant_id", "invitations.id"],
            name="fk_invited_roles_invitation_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_invited_roles_library_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_invited_roles"),
    )
    op.create_index("ix_invited_roles_invitation", "invited_roles", ["tenant_id", "invitation_id"])
    op.create_table(
        "invitation_links",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invitation_id"],
            ["invitations.tenant_id", "invitations.id"],
            name="fk_invitation_links_invitation_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_invitation_links"),
        sa.UniqueConstraint(
            "tenant_id", "invitation_id", name="uq_invitation_links_tenant_id_invitation_id"
        ),
        sa.UniqueConstraint(
            "tenant_id", "token_hash", name="uq_invitation_links_tenant_id_token_hash"
        ),
    )


def create_history() -> None:
    op.create_table(
        "invitations_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("email", sa.String(length=254), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("invited_by_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("sendings", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("account_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_invitations_version"),
    )
    op.create_table(
        "invited_roles_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("invitation_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_invited_roles_version"
        ),
    )
