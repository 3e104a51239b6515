"""The database counts changed rows, and the trail says of how many it tells."""

import sqlalchemy as sa
from alembic import op

from tenants.tripwire import FUNCTIONS, TOLD, tell_statements, watch_statements

revision = "0019"
down_revision = "0018"

VERSIONED = (
    "access_review_lines",
    "access_reviews",
    "accounts",
    "bibs",
    "circulation_rules",
    "custom_roles",
    "directory_groups",
    "directory_users",
    "holdings",
    "import_jobs",
    "invitations",
    "invited_roles",
    "item_types",
    "items",
    "libraries",
    "loan_policies",
    "loans",
    "patron_blocks",
    "patron_categories",
    "patrons",
    "required_factors",
    "role_grants",
    "service_accounts",
    "service_points",
    "shelving_locations",
    "sso_identities",
    "sso_providers",
    "support_grants",
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.add_column(
        "audit_transactions", sa.Column(TOLD, sa.Integer, nullable=False, server_default="0")
    )
    if dialect == "postgresql":
        for function in FUNCTIONS:
            op.execute(function)
    for statement in tell_statements("audit_transactions", dialect):
        op.execute(statement)
    for table in VERSIONED:
        for statement in watch_statements(table, dialect):
            op.execute(statement)
