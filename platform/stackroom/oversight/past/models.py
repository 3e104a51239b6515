"""The undoing of a batch: a job, and what became of each row."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.orm import Base, Ledger, tenant_key


class UndoStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


UNDERWAY = frozenset({UndoStatus.QUEUED, UndoStatus.RUNNING})
RESUMABLE = frozenset({UndoStatus.STOPPED, UndoStatus.FAILED})


class Act(StrEnum):
    """What undoing means for a row, in the order in which rows are taken: what a row refers to
    comes back before it, and goes after it."""

    RESTORE = "restore"
    """The batch deleted it."""
    SET_BACK = "set_back"
    """The batch changed it."""
    DELETE = "delete"
    """The batch created it."""


class Outcome(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    LEFT = "left"


def _words(enum: type[StrEnum]) -> sa.Enum:
    return sa.Enum(enum, native_enum=False, length=20, values_callable=list)


class Undo(Ledger, Base):
    """`done + left` of `total` rows are dealt with; the rest waits. Its id is the batch of its own
    transactions, so that an undo can be undone."""

    __tablename__ = "undos"
    __unversioned__: ClassVar[str] = "a job’s progress; asking for it and its end are events"
    __table_args__ = (
        sa.Index("ix_undos_batch", "tenant_id", "batch_id"),
        sa.Index(
            "uq_undos_one_underway", "tenant_id", "batch_id", unique=True,
            sqlite_where=sa.text("status IN ('queued', 'running')"),
            postgresql_where=sa.text("status IN ('queued', 'running')"),
        ),
    )  # fmt: skip

    batch_id: Mapped[UUID]
    batch: Mapped[str] = mapped_column(sa.String(300))
    """The batch in words, for people."""
    status: Mapped[UndoStatus] = mapped_column(_words(UndoStatus), default=UndoStatus.QUEUED)
    reason: Mapped[str] = mapped_column(sa.String(500))
    total: Mapped[int] = mapped_column(sa.Integer, default=0)
    done: Mapped[int] = mapped_column(sa.Integer, default=0)
    left: Mapped[int] = mapped_column(sa.Integer, default=0)
    detail: Mapped[str] = mapped_column(sa.String(500), default="")
    requested_by_id: Mapped[UUID | None]
    requested_by: Mapped[str] = mapped_column(sa.String(200))
    request_id: Mapped[str] = mapped_column(sa.String(64), default="")
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return self.batch


class UndoLine(Ledger, Base):
    """One row of the batch. Its label stays in the trail alone, where erasure finds it."""

    __tablename__ = "undo_lines"
    __unversioned__: ClassVar[str] = "written by the undo that it belongs to, and by nobody else"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "undo_id", "position"),
        tenant_key("undo_id", to="undos"),
    )

    undo_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(sa.Integer)
    """From 1, in the order in which rows are taken."""
    kind: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[UUID]
    act: Mapped[Act] = mapped_column(_words(Act))
    outcome: Mapped[Outcome] = mapped_column(_words(Outcome), default=Outcome.WAITING)
    why: Mapped[str] = mapped_column(sa.String(500), default="")
