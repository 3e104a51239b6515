"""The first tables, walled."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import (
    REFUSE_CHANGE_OF_HISTORY,
    append_only_statements,
    wall_statements,
)

revision = "0001"
down_revision = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
SCOPED = (
    "accounts",
    "accounts_version",
    "audit_entries",
    "audit_transactions",
    "bibs",
    "bibs_version",
    "circulation_rules_version",
    "holdings_version",
    "idempotency_keys",
    "import_jobs",
    "import_jobs_version",
    "item_types",
    "item_types_version",
    "items_version",
    "libraries",
    "libraries_version",
    "loan_policies",
    "loan_policies_version",
    "loans_version",
    "outbox_messages",
    "patron_blocks_version",
    "patron_categories",
    "patron_categories_version",
    "patrons_version",
    "role_grants_version",
    "service_points_version",
    "shelving_locations_version",
    "sign_in_failures",
    "bib_isbns",
    "circulation_rules",
    "import_notes",
    "import_rejects",
    "patrons",
    "role_grants",
    "service_points",
    "shelving_locations",
    "sign_in_sessions",
    "holdings",
    "patron_blocks",
    "items",
    "loans",
)
"""Tables that hold rows of organisations."""
HISTORY = (
    "accounts_version",
    "audit_entries",
    "audit_transactions",
    "bibs_version",
    "circulation_rules_version",
    "holdings_version",
    "import_jobs_version",
    "item_types_version",
    "items_version",
    "libraries_version",
    "loan_policies_version",
    "loans_version",
    "patron_blocks_version",
    "patron_categories_version",
    "patrons_version",
    "role_grants_version",
    "service_points_version",
    "shelving_locations_version",
)
"""Of them, those that may only be added to."""


def upgrade() -> None:
    create_tables()
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(REFUSE_CHANGE_OF_HISTORY)
    for table in SCOPED:
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in HISTORY:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def create_tables() -> None:  # noqa: PLR0915 - a statement a table
    op.create_table(
        "accounts",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_accounts"),
        sa.UniqueConstraint("tenant_id", "email", name="uq_accounts_tenant_id_email"),
    )
    op.create_table(
        "accounts_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("email", sa.String(length=254), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("active", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_accounts_version"),
    )
    op.create_table(
        "audit_entries",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("subject_label", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "transaction_id", "position", name="pk_audit_entries"),
    )
    op.create_index(
        "ix_audit_entries_action",
        "audit_entries",
        ["tenant_id", "action", "transaction_id"],
        unique=False,
    )
    op.create_index(
        "ix_audit_entries_subject",
        "audit_entries",
        ["tenant_id", "subject_id", "transaction_id"],
        unique=False,
    )
    op.create_table(
        "audit_transactions",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_type", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.String(length=200), nullable=False),
        sa.Column("actor_words", sa.Text(), nullable=False),
        sa.Column("impersonator", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_transactions"),
    )
    op.create_index(
        "ix_audit_transactions_actor",
        "audit_transactions",
        ["tenant_id", "actor_id", "id"],
        unique=False,
    )
    op.create_table(
        "bibs",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_alternate", sa.Text(), nullable=False),
        sa.Column("sort_title", sa.String(length=300), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("contributors", JSON, nullable=False),
        sa.Column("isbns", JSON, nullable=False),
        sa.Column("issns", JSON, nullable=False),
        sa.Column("subjects", JSON, nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("material", sa.String(length=20), nullable=False),
        sa.Column("control_number", sa.String(length=100), nullable=True),
        sa.Column("control_source", sa.String(length=100), nullable=False),
        sa.Column("suppressed", sa.Boolean(), nullable=False),
        sa.Column("marc", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_bibs"),
        sa.UniqueConstraint(
            "tenant_id",
            "control_number",
            "control_source",
            name="uq_bibs_tenant_id_control_number_control_source",
        ),
    )
    op.create_index("ix_bibs_title", "bibs", ["tenant_id", "sort_title", "id"], unique=False)
    op.create_index("ix_bibs_year", "bibs", ["tenant_id", "year", "id"], unique=False)
    op.create_table(
        "bibs_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("title", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("title_alternate", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("sort_title", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("author", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("contributors", JSON, autoincrement=False, nullable=True),
        sa.Column("isbns", JSON, autoincrement=False, nullable=True),
        sa.Column("issns", JSON, autoincrement=False, nullable=True),
        sa.Column("subjects", JSON, autoincrement=False, nullable=True),
        sa.Column("language", sa.String(length=3), autoincrement=False, nullable=True),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("publisher", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("edition", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("series", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("material", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("control_number", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("control_source", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("suppressed", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("marc", JSON, autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_bibs_version"),
    )
    op.create_table(
        "circulation_rules_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("patron_category_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("item_type_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("loan_policy_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_circulation_rules_version"
        ),
    )
    op.create_table(
        "holdings_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("bib_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("location_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("call_number", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("summary", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_holdings_version"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_idempotency_keys"),
        sa.UniqueConstraint(
            "tenant_id", "caller_id", "key", name="uq_idempotency_keys_tenant_id_caller_id_key"
        ),
    )
    op.create_index(
        "ix_idempotency_keys_kept_at", "idempotency_keys", ["tenant_id", "kept_at"], unique=False
    )
    op.create_table(
        "import_jobs",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("mapping", sa.String(length=20), nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("file_key", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes_total", sa.BigInteger(), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "read = created + updated + unchanged + rejected", name="ck_import_jobs_nothing_lost"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_import_jobs"),
    )
    op.create_table(
        "import_jobs_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("format", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("mapping", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("dry_run", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("source", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("filename", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("file_key", sa.String(length=120), autoincrement=False, nullable=True),
        sa.Column("sha256", sa.String(length=64), autoincrement=False, nullable=True),
        sa.Column("bytes_total", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("bytes_read", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("read", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("updated", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("unchanged", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("rejected", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("warnings", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("detail", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("created_by", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("request_id", sa.String(length=64), autoincrement=False, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_import_jobs_version"),
    )
    op.create_table(
        "item_types",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_item_types"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_item_types_tenant_id_code"),
    )
    op.create_table(
        "item_types_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("code", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_item_types_version"),
    )
    op.create_table(
        "items_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("bib_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("holdings_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("item_type_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("temporary_location_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("barcode", sa.String(length=80), autoincrement=False, nullable=True),
        sa.Column("copy_number", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("damaged", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("not_for_loan", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("restricted", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("suppressed", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("price_minor", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("in_house_uses", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_items_version"),
    )
    op.create_table(
        "libraries",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_libraries"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_libraries_tenant_id_code"),
    )
    op.create_table(
        "libraries_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("code", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("timezone", sa.String(length=64), autoincrement=False, nullable=True),
        sa.Column("currency", sa.String(length=3), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_libraries_version"),
    )
    op.create_table(
        "loan_policies",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("loanable", sa.Boolean(), nullable=False),
        sa.Column("period_count", sa.Integer(), nullable=False),
        sa.Column("period_unit", sa.String(length=10), nullable=False),
        sa.Column("closed_day_mode", sa.String(length=20), nullable=False),
        sa.Column("item_limit", sa.Integer(), nullable=True),
        sa.Column("renewable", sa.Boolean(), nullable=False),
        sa.Column("max_renewals", sa.Integer(), nullable=True),
        sa.Column("renew_from", sa.String(length=10), nullable=False),
        sa.Column("cap_due_at_expiry", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_loan_policies"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_loan_policies_tenant_id_name"),
    )
    op.create_table(
        "loan_policies_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("loanable", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("period_count", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("period_unit", sa.String(length=10), autoincrement=False, nullable=True),
        sa.Column("closed_day_mode", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("item_limit", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("renewable", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("max_renewals", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("renew_from", sa.String(length=10), autoincrement=False, nullable=True),
        sa.Column("cap_due_at_expiry", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_loan_policies_version"
        ),
    )
    op.create_table(
        "loans_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("item_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("patron_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("out_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("renewal_count", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("policy", JSON, autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_loans_version"),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("suspended_reason", sa.String(length=500), nullable=False),
        sa.Column("plan", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=False),
        sa.Column("library_type", sa.String(length=20), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("host", name="uq_organisations_host"),
        sa.UniqueConstraint("slug", name="uq_organisations_slug"),
        sa.UniqueConstraint("uuid", name="uq_organisations_uuid"),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_outbox_messages"),
    )
    op.create_index(
        "ix_outbox_messages_due", "outbox_messages", ["tenant_id", "due_at"], unique=False
    )
    op.create_table(
        "patron_blocks_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("patron_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("kind", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("stops", JSON, autoincrement=False, nullable=True),
        sa.Column("reason", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("expires_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_patron_blocks_version"
        ),
    )
    op.create_table(
        "patron_categories",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hold_priority", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_patron_categories"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_patron_categories_tenant_id_code"),
    )
    op.create_table(
        "patron_categories_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("code", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("hold_priority", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_patron_categories_version"
        ),
    )
    op.create_table(
        "patrons_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("barcode", sa.String(length=80), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("sort_name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("email", sa.String(length=254), autoincrement=False, nullable=True),
        sa.Column("phone", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("note", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("category_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("home_library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("account_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("expires_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("keep_history", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_patrons_version"),
    )
    op.create_table(
        "role_grants_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("account_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "transaction_id", name="pk_role_grants_version"),
    )
    op.create_table(
        "service_points_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("pickup", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_service_points_version"
        ),
    )
    op.create_table(
        "shelving_locations_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("library_id", sa.Uuid(), autoincrement=False, nullable=True),
        sa.Column("code", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_shelving_locations_version"
        ),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sign_in_failures"),
        sa.UniqueConstraint(
            "tenant_id", "email_hash", name="uq_sign_in_failures_tenant_id_email_hash"
        ),
    )
    op.create_table(
        "bib_isbns",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bib_id", sa.Uuid(), nullable=False),
        sa.Column("isbn", sa.String(length=13), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "bib_id"],
            ["bibs.tenant_id", "bibs.id"],
            name="fk_bib_isbns_bib_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_bib_isbns"),
        sa.UniqueConstraint(
            "tenant_id", "isbn", "bib_id", name="uq_bib_isbns_tenant_id_isbn_bib_id"
        ),
    )
    op.create_index("ix_bib_isbns_bib", "bib_isbns", ["tenant_id", "bib_id"], unique=False)
    op.create_table(
        "circulation_rules",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=True),
        sa.Column("patron_category_id", sa.Uuid(), nullable=True),
        sa.Column("item_type_id", sa.Uuid(), nullable=True),
        sa.Column("loan_policy_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_type_id"],
            ["item_types.tenant_id", "item_types.id"],
            name="fk_circulation_rules_item_type_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_circulation_rules_library_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "loan_policy_id"],
            ["loan_policies.tenant_id", "loan_policies.id"],
            name="fk_circulation_rules_loan_policy_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "patron_category_id"],
            ["patron_categories.tenant_id", "patron_categories.id"],
            name="fk_circulation_rules_patron_category_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_circulation_rules"),
    )
    op.create_table(
        "import_notes",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"],
            ["import_jobs.tenant_id", "import_jobs.id"],
            name="fk_import_notes_job_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_import_notes"),
    )
    op.create_index(
        "ix_import_notes_job", "import_notes", ["tenant_id", "job_id", "position"], unique=False
    )
    op.create_table(
        "import_rejects",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"],
            ["import_jobs.tenant_id", "import_jobs.id"],
            name="fk_import_rejects_job_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_import_rejects"),
        sa.UniqueConstraint(
            "tenant_id", "job_id", "position", name="uq_import_rejects_tenant_id_job_id_position"
        ),
    )
    op.create_table(
        "patrons",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("barcode", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sort_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("home_library_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("keep_history", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_patrons_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "category_id"],
            ["patron_categories.tenant_id", "patron_categories.id"],
            name="fk_patrons_category_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "home_library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_patrons_home_library_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_patrons"),
        sa.UniqueConstraint("tenant_id", "account_id", name="uq_patrons_tenant_id_account_id"),
        sa.UniqueConstraint("tenant_id", "barcode", name="uq_patrons_tenant_id_barcode"),
    )
    op.create_index(
        "ix_patrons_sort_name", "patrons", ["tenant_id", "sort_name", "id"], unique=False
    )
    op.create_table(
        "role_grants",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_role_grants_account_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_role_grants"),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "role", name="uq_role_grants_tenant_id_account_id_role"
        ),
    )
    op.create_table(
        "service_points",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("pickup", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_service_points_library_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_service_points"),
        sa.UniqueConstraint(
            "tenant_id", "library_id", "name", name="uq_service_points_tenant_id_library_id_name"
        ),
    )
    op.create_table(
        "shelving_locations",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_shelving_locations_library_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_shelving_locations"),
        sa.UniqueConstraint(
            "tenant_id",
            "library_id",
            "code",
            name="uq_shelving_locations_tenant_id_library_id_code",
        ),
    )
    op.create_table(
        "sign_in_sessions",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_hash", sa.String(length=64), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["accounts.tenant_id", "accounts.id"],
            name="fk_sign_in_sessions_account_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sign_in_sessions"),
    )
    op.create_index(
        "ix_sign_in_sessions_account", "sign_in_sessions", ["tenant_id", "account_id"], unique=False
    )
    op.create_table(
        "holdings",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("bib_id", sa.Uuid(), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("call_number", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "bib_id"], ["bibs.tenant_id", "bibs.id"], name="fk_holdings_bib_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_holdings_library_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["shelving_locations.tenant_id", "shelving_locations.id"],
            name="fk_holdings_location_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_holdings"),
    )
    op.create_index("ix_holdings_bib", "holdings", ["tenant_id", "bib_id"], unique=False)
    op.create_table(
        "patron_blocks",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("patron_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("stops", JSON, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "patron_id"],
            ["patrons.tenant_id", "patrons.id"],
            name="fk_patron_blocks_patron_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_patron_blocks"),
    )
    op.create_index(
        "ix_patron_blocks_patron", "patron_blocks", ["tenant_id", "patron_id"], unique=False
    )
    op.create_table(
        "items",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("bib_id", sa.Uuid(), nullable=False),
        sa.Column("holdings_id", sa.Uuid(), nullable=False),
        sa.Column("item_type_id", sa.Uuid(), nullable=False),
        sa.Column("temporary_location_id", sa.Uuid(), nullable=True),
        sa.Column("barcode", sa.String(length=80), nullable=False),
        sa.Column("copy_number", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("damaged", sa.Boolean(), nullable=False),
        sa.Column("not_for_loan", sa.String(length=200), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("suppressed", sa.Boolean(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("in_house_uses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "bib_id"], ["bibs.tenant_id", "bibs.id"], name="fk_items_bib_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "holdings_id"],
            ["holdings.tenant_id", "holdings.id"],
            name="fk_items_holdings_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_type_id"],
            ["item_types.tenant_id", "item_types.id"],
            name="fk_items_item_type_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "temporary_location_id"],
            ["shelving_locations.tenant_id", "shelving_locations.id"],
            name="fk_items_temporary_location_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_items"),
        sa.UniqueConstraint("tenant_id", "barcode", name="uq_items_tenant_id_barcode"),
    )
    op.create_index("ix_items_bib", "items", ["tenant_id", "bib_id", "status"], unique=False)
    op.create_index("ix_items_holdings", "items", ["tenant_id", "holdings_id"], unique=False)
    op.create_table(
        "loans",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("patron_id", sa.Uuid(), nullable=True),
        sa.Column("library_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewal_count", sa.Integer(), nullable=False),
        sa.Column("policy", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"], ["items.tenant_id", "items.id"], name="fk_loans_item_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "library_id"],
            ["libraries.tenant_id", "libraries.id"],
            name="fk_loans_library_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "patron_id"],
            ["patrons.tenant_id", "patrons.id"],
            name="fk_loans_patron_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_loans"),
    )
    op.create_index("ix_loans_due", "loans", ["tenant_id", "status", "due_at"], unique=False)
    op.create_index("ix_loans_patron", "loans", ["tenant_id", "patron_id", "status"], unique=False)
    op.create_index(
        "uq_loans_one_open_per_item",
        "loans",
        ["tenant_id", "item_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
