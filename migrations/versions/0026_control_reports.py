"""Control reports: runs, what they found, samples, auditors' notes and sign-offs. All but a run's
progress is only ever added to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.database import append_only_statements, wall_statements

revision = "0026"
down_revision = "0025"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ADDED_TO = ("control_results", "control_samples", "control_notes", "control_sign_offs")


def upgrade() -> None:
    create_runs()
    create_results()
    create_samples()
    create_notes()
    create_sign_offs()
    dialect = op.get_bind().dialect.name
    for table in ("control_runs", *ADDED_TO):
        for statement in wall_statements(table, dialect):
            op.execute(statement)
    for table in ADDED_TO:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def create_runs() -> None:
    op.create_table(
        "control_runs",
        *_keys(),
        sa.Column("control", sa.String(80), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("library_id", sa.Uuid(), nullable=True),
        sa.Column("library", sa.String(200), nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
        *_by("asked"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        _refers("control_runs", "library_id", "libraries"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_control_runs"),
    )
    op.create_index("ix_control_runs_control", "control_runs", ["tenant_id", "control", "id"])


def create_results() -> None:
    op.create_table(
        "control_results",
        *_keys(),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("outliers", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _refers("control_results", "id", "control_runs"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_control_results"),
    )


def create_samples() -> None:
    op.create_table(
        "control_samples",
        *_keys(),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("seed", sa.String(100), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("units", JSON, nullable=False),
        sa.Column("entries", JSON, nullable=False),
        *_by("drawn"),
        _refers("control_samples", "run_id", "control_runs"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_control_samples"),
    )
    op.create_index("ix_control_samples_run", "control_samples", ["tenant_id", "run_id"])


def create_notes() -> None:
    op.create_table(
        "control_notes",
        *_keys(),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("finding", sa.Integer(), nullable=True),
        sa.Column("sample_id", sa.Uuid(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        *_by("written"),
        _refers("control_notes", "run_id", "control_runs"),
        _refers("control_notes", "sample_id", "control_samples"),
        _refers("control_notes", "corrects_id", "control_notes"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_control_notes"),
    )
    op.create_index("ix_control_notes_run", "control_notes", ["tenant_id", "run_id"])
    op.create_index("ix_control_notes_sample", "control_notes", ["tenant_id", "sample_id"])
    op.create_index("ix_control_notes_corrects", "control_notes", ["tenant_id", "corrects_id"])


def create_sign_offs() -> None:
    op.create_table(
        "control_sign_offs",
        *_keys(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("conclusion", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        *_by("signed"),
        _refers("control_sign_offs", "run_id", "control_runs"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_control_sign_offs"),
    )
    op.create_index("ix_control_sign_offs_run", "control_sign_offs", ["tenant_id", "run_id"])


def _keys() -> list[sa.Column[object]]:
    return [
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def _by(verb: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{verb}_by_id", sa.Uuid(), nullable=True),
        sa.Column(f"{verb}_by", sa.String(200), nullable=False),
        sa.Column(f"{verb}_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{to}.tenant_id", f"{to}.id"], name=name
    )
