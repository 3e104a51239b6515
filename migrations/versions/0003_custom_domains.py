"""Domains that organisations bring. SHARED, so without a wall: the host comes before the
organisation. Of all that claim a host, the partial index lets one have proved it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "custom_domains",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("finding", sa.String(length=300), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_custom_domains_organisation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_custom_domains"),
        sa.UniqueConstraint(
            "organisation_id", "host", name="uq_custom_domains_organisation_id_host"
        ),
    )
    served = sa.text("status IN ('verified', 'failing')")
    op.create_index(
        "uq_custom_domains_served_host",
        "custom_domains",
        ["host"],
        unique=True,
        sqlite_where=served,
        postgresql_where=served,
    )
