"""Runs, papers and the entries they name."""

from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from stackroom.audit.models import AuditEntry
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.oversight.reports.models import (
    ControlNote,
    ControlRun,
    ControlSample,
    ControlSignOff,
)

T = TypeVar("T")


def runs(control: str = "") -> sa.Select[ControlRun]:
    """Newest first, with what they found."""
    wanted = sa.select(ControlRun).options(selectinload(ControlRun.result))
    if control:
        wanted = wanted.where(ControlRun.control == control)
    return wanted.order_by(ControlRun.id.desc())


def latest_runs() -> dict[str, ControlRun]:
    """By control, in two statements however many runs there are."""
    last = sa.select(sa.func.max(ControlRun.asked_at)).group_by(ControlRun.control)
    found = db.session.scalars(runs().where(ControlRun.asked_at.in_(last)))
    latest: dict[str, ControlRun] = {}
    for run in found:
        latest.setdefault(run.control, run)
    return latest


def run(run_id: UUID) -> ControlRun:
    """Raises NotFound."""
    return _found(runs().where(ControlRun.id == run_id))


def locked_run(run_id: UUID) -> ControlRun:
    return _found(sa.select(ControlRun).where(ControlRun.id == run_id).with_for_update())


def samples() -> sa.Select[ControlSample]:
    return sa.select(ControlSample).order_by(ControlSample.id.desc())


def sample(sample_id: UUID) -> ControlSample:
    """Raises NotFound."""
    return _found(samples().where(ControlSample.id == sample_id))


def notes() -> sa.Select[ControlNote]:
    """In the order in which they were written."""
    return sa.select(ControlNote).order_by(ControlNote.id)


def note(note_id: UUID) -> ControlNote:
    """Raises NotFound."""
    return _found(notes().where(ControlNote.id == note_id))


def sign_offs(run_id: UUID) -> Sequence[ControlSignOff]:
    wanted = sa.select(ControlSignOff).where(ControlSignOff.run_id == run_id)
    return db.session.scalars(wanted.order_by(ControlSignOff.id)).all()


def sign_off(run_id: UUID, sign_off_id: UUID) -> ControlSignOff:
    """Raises NotFound."""
    wanted = sa.select(ControlSignOff).where(ControlSignOff.run_id == run_id)
    return _found(wanted.where(ControlSignOff.id == sign_off_id))


def entries(named: Iterable[str]) -> list[AuditEntry]:
    """In the order in which they are named; those that are archived are left out."""
    keys = [tuple(map(int, entry_id.split("-"))) for entry_id in named]
    if not keys:
        return []
    key = sa.tuple_(AuditEntry.transaction_id, AuditEntry.position)
    found = {
        (line.transaction_id, line.position): line
        for line in db.session.scalars(sa.select(AuditEntry).where(key.in_(keys)))
    }
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def _found(statement: sa.Select[T]) -> T:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found
