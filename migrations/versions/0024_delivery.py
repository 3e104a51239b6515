"""The audit trail leaves the house: as files on request, and to the organisation's SIEM."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import wall_statements

revision = "0024"
down_revision = "0023"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = (
    "audit_exports", "webhooks", "webhook_queue", "webhook_deliveries", "webhook_attempts",
)  # fmt: skip

QUEUE = {
    "postgresql": (
        """
        CREATE FUNCTION queue_for_webhooks() RETURNS trigger LANGUAGE plpgsql AS
        $$
        BEGIN
            INSERT INTO webhook_queue (tenant_id, webhook_id, transaction_id)
            SELECT NEW.tenant_id, id, NEW.id FROM webhooks WHERE tenant_id = NEW.tenant_id;
            RETURN NULL;
        END
        $$
        """,
        "CREATE TRIGGER queue_for_webhooks AFTER INSERT ON audit_transactions "
        "FOR EACH ROW EXECUTE FUNCTION queue_for_webhooks()",
    ),
    "sqlite": (
        "CREATE TRIGGER queue_for_webhooks AFTER INSERT ON audit_transactions BEGIN "
        "INSERT INTO webhook_queue (tenant_id, webhook_id, transaction_id) "
        "SELECT NEW.tenant_id, id, NEW.id FROM webhooks WHERE tenant_id = NEW.tenant_id; END",
    ),
}
"""In the writer's own transaction, whoever writes and however; where an organisation has no
webhook, it is one look at an empty range of an index."""


def upgrade() -> None:
    create_exports()
    create_webhooks()
    create_queue()
    create_deliveries()
    create_attempts()
    dialect = op.get_bind().dialect.name
    walls = (wall for table in TABLES for wall in wall_statements(table, dialect))
    for statement in (*walls, *QUEUE[dialect]):
        op.execute(statement)


def create_exports() -> None:
    op.create_table(
        "audit_exports",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("filter", JSON, nullable=False),
        sa.Column("with_values", sa.Boolean(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("file_key", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.String(length=200), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_exports"),
    )
    op.create_index(
        "ix_audit_exports_expires", "audit_exports", ["tenant_id", "status", "expires_at"]
    )


def create_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("actions", JSON, nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("with_values", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_secret", sa.String(length=500), nullable=False),
        sa.Column("previous_secret", sa.String(length=500), nullable=False),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "name", name="uq_webhooks_tenant_id_name"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_webhooks"),
    )


def create_queue() -> None:
    op.create_table(
        "webhook_queue",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "webhook_id", "transaction_id", name="pk_webhook_queue"
        ),
    )


def create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "webhook_id"],
            ["webhooks.tenant_id", "webhooks.id"],
            name="fk_webhook_deliveries_webhook_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_webhook_deliveries"),
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["tenant_id", "webhook_id", "outcome", "next_at"],
    )
    op.create_index("ix_webhook_deliveries_ended", "webhook_deliveries", ["tenant_id", "ended_at"])


def create_attempts() -> None:
    op.create_table(
        "webhook_attempts",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["webhook_deliveries.tenant_id", "webhook_deliveries.id"],
            name="fk_webhook_attempts_delivery_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_webhook_attempts"),
    )
    op.create_index(
        "ix_webhook_attempts_delivery", "webhook_attempts", ["tenant_id", "delivery_id", "at"]
    )
    op.create_index("ix_webhook_attempts_at", "webhook_attempts", ["tenant_id", "at"])
