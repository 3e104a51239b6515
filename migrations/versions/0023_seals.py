"""Seals of the audit: what waits for them, checkpoints, what each seals, and keys."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements
from tenants.tripwire import watch_statements

revision = "0023"
down_revision = "0028"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
HISTORY = ("audit_keys", "audit_checkpoints", "audit_sealed")
TABLES = (
    *HISTORY,
    "audit_unsealed",
    "audit_signers",
    "audit_seal_checks",
    "audit_evidence_files",
    "audit_seal_deliveries",
)


def upgrade() -> None:
    create_seals()
    create_keys()
    create_jobs()
    create_deliveries()
    dialect = op.get_bind().dialect.name
    seal_what_was(dialect)
    for table in (*TABLES, "audit_seal_deliveries_version"):
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in (*HISTORY, "audit_seal_deliveries_version"):
        for statement in append_only_statements(table, dialect):
            op.execute(statement)
    for statement in (*watch_statements("audit_seal_deliveries", dialect), *UNSEALED[dialect]):
        op.execute(statement)


UNSEALED = {
    "postgresql": (
        """
        CREATE FUNCTION note_unsealed_transaction() RETURNS trigger LANGUAGE plpgsql AS
        $$
        BEGIN
            INSERT INTO audit_unsealed (tenant_id, transaction_id) VALUES (NEW.tenant_id, NEW.id);
            RETURN NULL;
        END
        $$
        """,
        "CREATE TRIGGER note_unsealed AFTER INSERT ON audit_transactions "
        "FOR EACH ROW EXECUTE FUNCTION note_unsealed_transaction()",
    ),
    "sqlite": (
        "CREATE TRIGGER note_unsealed AFTER INSERT ON audit_transactions BEGIN "
        "INSERT INTO audit_unsealed (tenant_id, transaction_id) VALUES (NEW.tenant_id, NEW.id); "
        "END",
    ),
}


def seal_what_was(dialect: str) -> None:
    """History until now waits for its first checkpoint. The owner, too, stands before the wall."""
    if dialect == "postgresql":
        op.execute("ALTER TABLE audit_transactions NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO audit_unsealed (tenant_id, transaction_id) "
        "SELECT tenant_id, id FROM audit_transactions"
    )
    if dialect == "postgresql":
        op.execute("ALTER TABLE audit_transactions FORCE ROW LEVEL SECURITY")


def create_seals() -> None:
    op.create_table(
        "audit_unsealed",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "transaction_id", name="pk_audit_unsealed"),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="uq_audit_checkpoints_tenant_id_number"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_checkpoints"),
    )
    op.create_table(
        "audit_sealed",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("checkpoint", sa.Integer(), nullable=False),
        sa.Column("leaves", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "transaction_id", name="pk_audit_sealed"),
    )
    op.create_index(
        "ix_audit_sealed_checkpoint", "audit_sealed", ["tenant_id", "checkpoint", "transaction_id"]
    )


def create_keys() -> None:
    op.create_table(
        "audit_keys",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("public", sa.String(length=44), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="uq_audit_keys_tenant_id_number"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_keys"),
    )
    op.create_table(
        "audit_signers",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=300), nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="uq_audit_signers_tenant_id_number"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_signers"),
    )


def create_jobs() -> None:
    create_job(
        "audit_seal_checks",
        sa.Column("faults", JSON, nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("last_digest", sa.String(length=64), nullable=False),
    )
    create_job(
        "audit_evidence_files",
        sa.Column("file_key", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
    )


def create_job(name: str, *own: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *own,
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_state", name, ["tenant_id", "state", "id"])


def create_deliveries() -> None:
    op.create_table(
        "audit_seal_deliveries",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=20), nullable=False),
        sa.Column("addresses", JSON, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("sent_number", sa.Integer(), nullable=False),
        sa.Column("sent_digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("tenant_id", name="uq_audit_seal_deliveries_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_seal_deliveries"),
    )
    op.create_table(
        "audit_seal_deliveries_version",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("rhythm", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("addresses", JSON, autoincrement=False, nullable=True),
        sa.Column("url", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("sent_number", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("sent_digest", sa.String(length=64), autoincrement=False, nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "id", "transaction_id", name="pk_audit_seal_deliveries_version"
        ),
    )
