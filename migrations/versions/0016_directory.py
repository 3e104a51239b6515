"""People and groups that an organisation's directory sends by SCIM."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements

revision = "0016"
down_revision = "0015"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
HISTORY = ("directory_users_version", "directory_groups_version")
SCOPED = ("directory_users", "directory_groups", "directory_members", *HISTORY)


def upgrade() -> None:
    create_users()
    create_groups()
    dialect = op.get_bind().dialect.name
    for table in SCOPED:
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in HISTORY:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def create_users() -> None:
    op.create_table(
        "directory_users",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.String(254), nullable=False),
        sa.Column("user_key", sa.String(254), nullable=False),
        sa.Column("external_id", sa.String(254), nullable=True),
        sa.Column("display_key", sa.String(254), nullable=False),
        sa.Column("email_keys", sa.Text(), nullable=False),
        sa.Column("sent", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_directory_users_account_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_directory_users"),
        sa.UniqueConstraint(
            "tenant_id", "account_id", name="uq_directory_users_tenant_id_account_id"
        ),
        sa.UniqueConstraint("tenant_id", "user_key", name="uq_directory_users_tenant_id_user_key"),
    )
    op.create_index("ix_directory_users_external", "directory_users", ["tenant_id", "external_id"])
    _history(
        "directory_users",
        sa.Column("account_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("user_name", sa.String(254), autoincrement=False, nullable=True),
        sa.Column("user_key", sa.String(254), autoincrement=False, nullable=True),
        sa.Column("external_id", sa.String(254), autoincrement=False, nullable=True),
        sa.Column("display_key", sa.String(254), autoincrement=False, nullable=True),
        sa.Column("email_keys", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("sent", JSON, autoincrement=False, nullable=True),
    )


def create_groups() -> None:
    op.create_table(
        "directory_groups",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(254), nullable=False),
        sa.Column("display_key", sa.String(254), nullable=False),
        sa.Column("external_id", sa.String(254), nullable=True),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_directory_groups_library_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_directory_groups"),
    )
    op.create_index(
        "ix_directory_groups_external", "directory_groups", ["tenant_id", "external_id"]
    )
    _history(
        "directory_groups",
        sa.Column("display_name", sa.String(254), autoincrement=False, nullable=True),
        sa.Column("display_key", sa.String(254), autoincrement=False, nullable=True),
        sa.Column("external_id", sa.String(254), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(40), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
    )
    op.create_table(
        "directory_members",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["directory_groups.tenant_id", "directory_groups.id"],
            name="fk_directory_members_group_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["directory_users.tenant_id", "directory_users.id"],
            name="fk_directory_members_user_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_directory_members"),
        sa.UniqueConstraint(
            "tenant_id",
            "group_id",
            "user_id",
            name="uq_directory_members_tenant_id_group_id_user_id",
        ),
    )
    op.create_index("ix_directory_members_user", "directory_members", ["tenant_id", "user_id"])


def _history(table: str, *columns: "sa.Column[object]") -> None:
    op.create_table(
        f"{table}_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        *columns,
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name=f"pk_{table}_version"),
    )
