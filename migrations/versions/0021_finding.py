"""What auditors find entries by, and their saved searches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements
from tenants.tripwire import watch_statements

revision = "0021"
down_revision = "0019"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
LINES = {
    "subject": "subject_id",
    "action": "action",
    "kind": "subject_type",
    "library": "library_id",
}
TRANSACTIONS = {"channel": "channel", "request": "request_id"}
GONE = {
    "holdings": ("bib_id",),
    "items": ("bib_id",),
    "loans": ("patron_id",),
    "patron_blocks": ("patron_id",),
    "role_grants": ("account_id", "role"),
}
WENT = sa.text("operation_type = 2")
LET_IN = sa.text("on_behalf_of <> ''")


def upgrade() -> None:
    index_the_trail()
    for table, columns in GONE.items():
        for column in columns:
            op.create_index(
                f"ix_{table}_version_gone_{column}",
                f"{table}_version",
                ["tenant_id", column],
                sqlite_where=WENT,
                postgresql_where=WENT,
            )
    create_searches()


def index_the_trail() -> None:
    for name in ("subject", "action"):
        op.drop_index(f"ix_audit_entries_{name}", "audit_entries")
    for name, column in LINES.items():
        columns = ["tenant_id", column, "transaction_id", "position"]
        op.create_index(f"ix_audit_entries_{name}", "audit_entries", columns)
    for name, column in TRANSACTIONS.items():
        columns = ["tenant_id", column, "id"]
        op.create_index(f"ix_audit_transactions_{name}", "audit_transactions", columns)
    op.create_index(
        "ix_audit_transactions_let_in",
        "audit_transactions",
        ["tenant_id", "on_behalf_of", "id"],
        sqlite_where=LET_IN,
        postgresql_where=LET_IN,
    )


def create_searches() -> None:
    op.create_table(
        "audit_searches",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("asks", JSON, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_audit_searches_owner_id",
        ),
        sa.UniqueConstraint(
            "tenant_id", "owner_id", "name", name="uq_audit_searches_tenant_id_owner_id_name"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_searches"),
    )
    op.create_table(
        "audit_searches_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("owner_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("owner", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("asks", JSON, autoincrement=False, nullable=True),
        sa.Column("shared", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_audit_searches_version"
        ),
    )
    dialect = op.get_bind().dialect.name
    for table in ("audit_searches", "audit_searches_version"):
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for statement in (
        *append_only_statements("audit_searches_version", dialect),
        *watch_statements("audit_searches", dialect),
    ):
        op.execute(statement)
