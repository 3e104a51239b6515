"""Roles at one library and for a while, and roles of an organisation's own making."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements

revision = "0010"
down_revision = "0009"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
GRANTED_ONCE = "uq_role_grants_tenant_id_account_id_role"


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        _mend_trigger_of_operators()
    with op.batch_alter_table("role_grants") as grants:  # SQLite makes the table anew
        grants.add_column(sa.Column("library_id", sa.Uuid(), nullable=True))
        grants.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
        grants.add_column(sa.Column("origin", sa.String(20), nullable=False, server_default="hand"))
        grants.drop_constraint(GRANTED_ONCE, type_="unique")
        grants.create_foreign_key(
            "fk_role_grants_library_id",
            "libraries",
            ["tenant_id", "library_id"],
            ["tenant_id", "id"],
        )
    if dialect == "sqlite":
        for statement in wall_statements("role_grants", dialect):
            op.execute(statement)
    _one_grant("uq_role_grants_whole", "library_id IS NULL")
    _one_grant("uq_role_grants_at_library", "library_id IS NOT NULL", "library_id")
    op.add_column("role_grants_version", sa.Column("library_id", sa.Uuid()))
    op.add_column("role_grants_version", sa.Column("until", sa.DateTime(timezone=True)))
    op.add_column("role_grants_version", sa.Column("origin", sa.String(20)))
    _custom_roles()
    for table in ("custom_roles", "custom_roles_version"):
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for statement in append_only_statements("custom_roles_version", dialect):
        op.execute(statement)


def _mend_trigger_of_operators() -> None:
    """It asked for the organisation of a shared row, and SQLite renames no table while a trigger
    of any other names a column that is not there."""
    op.execute("DROP TRIGGER append_only_operator_acts_delete")
    op.execute(
        "CREATE TRIGGER append_only_operator_acts_delete BEFORE DELETE ON operator_acts "
        "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
    )


def _one_grant(name: str, where: str, *more: str) -> None:
    op.create_index(
        name,
        "role_grants",
        ["tenant_id", "account_id", "role", "origin", *more],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _custom_roles() -> None:
    op.create_table(
        "custom_roles",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("sentence", sa.String(200), nullable=False),
        sa.Column("based_on", sa.String(40), nullable=False),
        sa.Column("permissions", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_custom_roles"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_custom_roles_tenant_id_key"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_custom_roles_tenant_id_name"),
    )
    op.create_table(
        "custom_roles_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("key", sa.String(40), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(60), autoincrement=False, nullable=True),
        sa.Column("sentence", sa.String(200), autoincrement=False, nullable=True),
        sa.Column("based_on", sa.String(40), autoincrement=False, nullable=True),
        sa.Column("permissions", JSON, autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_custom_roles_version"
        ),
    )
