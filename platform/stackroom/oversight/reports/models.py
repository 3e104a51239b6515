"""Runs of controls, what they found, and what auditors made of it.

Only a run's progress ever changes. What it found, samples, notes and sign-offs are added and stay:
the database refuses the rest.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.core import clock
from tenants.orm import Base, Ledger, tenant_key


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Conclusion(StrEnum):
    SATISFACTORY = "satisfactory"
    WITH_REMARKS = "with_remarks"
    NOT_SATISFACTORY = "not_satisfactory"


UNDERWAY = frozenset({RunState.QUEUED, RunState.RUNNING})
ADDED_ONLY = "an auditor's paper: added once, never changed; adding it is an audit event"


def _words(kind: type[StrEnum]) -> sa.Enum:
    return sa.Enum(kind, native_enum=False, length=20, values_callable=list)


class ControlRun(Ledger, Base):
    """One control over one span: `since` belongs to it, `until` does not. `title`, `library` and
    `time_zone` as they were then."""

    __tablename__ = "control_runs"
    __unversioned__: ClassVar[str] = "a job's progress; asking, ending and taking are audit events"
    __table_args__ = (
        tenant_key("library_id", to="libraries"),
        sa.Index("ix_control_runs_control", "tenant_id", "control", "id"),
    )

    control: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(200))
    since: Mapped[datetime]
    until: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    library_id: Mapped[UUID | None]
    library: Mapped[str] = mapped_column(sa.String(200), default="")
    parameters: Mapped[dict[str, Any]]
    state: Mapped[RunState] = mapped_column(_words(RunState), default=RunState.QUEUED)
    detail: Mapped[str] = mapped_column(sa.String(500), default="")
    """Why it failed."""
    asked_by_id: Mapped[UUID | None]
    asked_by: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    result: Mapped["ControlResult | None"] = relationship(viewonly=True)

    @property
    def label(self) -> str:
        return self.title


class ControlResult(Ledger, Base):
    """What a run found; its id is the run's, so that there is one. `sha256` is of `findings` in
    canonical JSON."""

    __tablename__ = "control_results"
    __append_only__: ClassVar[bool] = True
    __unversioned__: ClassVar[str] = ADDED_ONLY
    __table_args__ = (tenant_key("id", to="control_runs"),)

    findings: Mapped[dict[str, Any]]
    found: Mapped[int] = mapped_column(sa.Integer)
    outliers: Mapped[int] = mapped_column(sa.Integer)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class ControlSample(Ledger, Base):
    """`units` are those drawn, in the order of the draw: ids of entries, or numbers of findings of
    a run. `asked` says which entries it was drawn from."""

    __tablename__ = "control_samples"
    __append_only__: ClassVar[bool] = True
    __unversioned__: ClassVar[str] = ADDED_ONLY
    __table_args__ = (
        tenant_key("run_id", to="control_runs"),
        sa.Index("ix_control_samples_run", "tenant_id", "run_id"),
    )

    run_id: Mapped[UUID | None]
    asked: Mapped[dict[str, Any]]
    seed: Mapped[str] = mapped_column(sa.String(100))
    population: Mapped[int] = mapped_column(sa.Integer)
    units: Mapped[list[str]]
    entries: Mapped[list[str]]
    """Ids of the entries behind the units."""
    drawn_by_id: Mapped[UUID | None]
    drawn_by: Mapped[str] = mapped_column(sa.String(200))
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def label(self) -> str:
        return f"sample of {len(self.units)}, {self.drawn_at:%Y-%m-%d}"


class ControlNote(Ledger, Base):
    """On a run, on one of its findings, or on a sample. A correction is a note that names the one
    it corrects."""

    __tablename__ = "control_notes"
    __append_only__: ClassVar[bool] = True
    __unversioned__: ClassVar[str] = ADDED_ONLY
    __table_args__ = (
        tenant_key("run_id", to="control_runs"),
        tenant_key("sample_id", to="control_samples"),
        tenant_key("corrects_id", to="control_notes"),
        sa.Index("ix_control_notes_run", "tenant_id", "run_id"),
        sa.Index("ix_control_notes_sample", "tenant_id", "sample_id"),
        sa.Index("ix_control_notes_corrects", "tenant_id", "corrects_id"),
    )

    run_id: Mapped[UUID | None]
    finding: Mapped[int | None]
    """Its number within the run, from 1."""
    sample_id: Mapped[UUID | None]
    corrects_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(sa.Text)
    written_by_id: Mapped[UUID | None]
    written_by: Mapped[str] = mapped_column(sa.String(200))
    written_at: Mapped[datetime] = mapped_column(default=clock.now)


class ControlSignOff(Ledger, Base):
    """`document` is the signed one, as it was made."""

    __tablename__ = "control_sign_offs"
    __append_only__: ClassVar[bool] = True
    __unversioned__: ClassVar[str] = ADDED_ONLY
    __table_args__ = (
        tenant_key("run_id", to="control_runs"),
        sa.Index("ix_control_sign_offs_run", "tenant_id", "run_id"),
    )

    run_id: Mapped[UUID]
    conclusion: Mapped[Conclusion] = mapped_column(_words(Conclusion))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    document: Mapped[str] = mapped_column(sa.Text)
    signed_by_id: Mapped[UUID | None]
    signed_by: Mapped[str] = mapped_column(sa.String(200))
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
