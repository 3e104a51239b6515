"""Access reviews: who holds which role, and whether they still need it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements

revision = "0017"
down_revision = "0016"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = ("access_reviews", "access_review_lines")


def upgrade() -> None:
    create_reviews()
    create_lines()
    dialect = op.get_bind().dialect.name
    for table in (*TABLES, *(f"{table}_version" for table in TABLES)):
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in TABLES:
        for statement in append_only_statements(f"{table}_version", dialect):
            op.execute(statement)


def create_reviews() -> None:
    op.create_table(
        "access_reviews",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("idle_days", sa.Integer(), nullable=True),
        sa.Column("unanswered", sa.String(length=20), nullable=False),
        sa.Column("close_idle", sa.Boolean(), nullable=False),
        sa.Column("reviewers", JSON, nullable=False),
        sa.Column("reminder_days", JSON, nullable=False),
        sa.Column("reminded_days", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=False),
        sa.Column("end_reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_access_reviews"),
    )
    op.create_index("ix_access_reviews_due", "access_reviews", ["tenant_id", "state", "due_at"])
    op.create_table(
        "access_reviews_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("state", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("about", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("idle_days", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("unanswered", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("close_idle", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("reviewers", JSON, autoincrement=False, nullable=True),
        sa.Column("reminder_days", JSON, autoincrement=False, nullable=True),
        sa.Column("reminded_days", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("due_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("time_zone", sa.String(length=64), autoincrement=False, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("started_by", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("ended_by", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("end_reason", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_access_reviews_version"
        ),
    )


def create_lines() -> None:
    op.create_table(
        "access_review_lines",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("access_review_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("permissions", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=True),
        sa.Column("library", sa.String(length=200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decisions", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "access_review_id"],
            ["access_reviews.tenant_id", "access_reviews.id"],
            name="fk_access_review_lines_access_review_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_access_review_lines_account_id",
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "access_review_id",
            "grant_id",
            name="uq_access_review_lines_tenant_id_access_review_id_grant_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_access_review_lines"),
    )
    op.create_index(
        "ix_access_review_lines_account", "access_review_lines", ["tenant_id", "account_id"]
    )
    op.create_table(
        "access_review_lines_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("access_review_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("account_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("grant_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("person", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("email", sa.String(length=254), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("title", sa.String(length=60), autoincrement=False, nullable=True),
        sa.Column("permissions", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("library", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column(
            "last_sign_in_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True
        ),
        sa.Column("origin", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("given_by", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("state", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("decisions", JSON, autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_access_review_lines_version"
        ),
    )
