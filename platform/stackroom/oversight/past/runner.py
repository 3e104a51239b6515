"""Undoes a batch, some hundred rows in each transaction.

What a transaction sets back, what becomes of each row and how far it is are committed together.
So a crash or a stop at any moment leaves whole steps, and going on means to begin behind them.
"""

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from stackroom.audit.events import record
from stackroom.audit.versioning import subject_type
from stackroom.core import clock
from stackroom.core.actor import Channel, Provenance, acting_as, provenance
from stackroom.core.database import transaction
from stackroom.core.features import registry
from stackroom.oversight.past import events, kinds, planning
from stackroom.oversight.past.judging import Fate, transactions_of
from stackroom.oversight.past.models import UNDERWAY, Outcome, Undo, UndoLine, UndoStatus
from stackroom.oversight.past.permissions import RECORDS_RESTORE
from stackroom.oversight.past.planning import ROWS
from stackroom.oversight.past.service import undoing
from stackroom.oversight.past.states import slices
from stackroom.oversight.past.taking import take
from tenants import context
from tenants.lifecycle import WRITING
from tenants.models import Organisation

log = structlog.get_logger()
SUSPENDED = "The organisation was suspended."
MAY_NO_LONGER = "{who} may no longer undo. Whoever may can go on."
BROKE = "Something broke on our side; it has been recorded. Go on to try again."

Beat = Callable[[], None]
"""Called inside each transaction that moves it on."""


def run(undo_id: UUID, beat: Beat = lambda: None) -> None:
    """Run a queued undo to its end, or go on with one whose worker died, in the name of whoever
    acts, for as long as they may. One that has ended is left alone.

    Raises:
        OperationalError: the database is away; run again later.
    """
    whose = _begin(undo_id, beat)
    if whose is None:
        return
    with acting_as(whose):
        try:
            while _step(undo_id, beat):
                pass
        except OperationalError:
            raise
        except Exception:
            log.exception("undo_failed", undo_id=str(undo_id))
            with transaction():
                _end(undoing.locked(undo_id), UndoStatus.FAILED, BROKE)


def _begin(undo_id: UUID, beat: Beat) -> Provenance | None:
    with transaction() as session:
        found = undoing.locked(undo_id)
        if found.status not in UNDERWAY:
            return None
        if found.status is UndoStatus.QUEUED and not found.total:
            found.total = _plan(session, found)
        found.status = UndoStatus.RUNNING
        beat()
        return Provenance(
            provenance().actor,
            Channel.JOB,
            request_id=found.request_id,
            reason=found.reason,
            by_right=RECORDS_RESTORE.key,
            batch_id=found.id,
        )


def _plan(session: Session, found: Undo) -> int:
    """Take down every row of the batch, in order; returns how many."""
    rows = [
        {"undo_id": found.id, "position": place, "kind": subject_type(model),
         "record_id": fate.id, "act": fate.act}
        for place, (model, fate) in enumerate(_fates(found), start=1)
    ]  # fmt: skip
    for some in slices(rows):
        session.execute(sa.insert(UndoLine), list(some))
    return len(rows)


def _fates(found: Undo) -> Iterator[tuple[kinds.Model, Fate]]:
    for model, fates in planning.plan(found.batch_id):
        for fate in fates:
            yield model, fate


def _step(undo_id: UUID, beat: Beat) -> bool:
    """Whether to go on."""
    with transaction() as session:
        found = undoing.locked(undo_id)
        if found.status is not UndoStatus.RUNNING:
            return False
        if why := _hindrance(session):
            _end(found, UndoStatus.STOPPED, why)
            return False
        lines = undoing.lines_after(undo_id, found.done + found.left, ROWS)
        if not lines:
            _end(found, UndoStatus.DONE)
            return False
        _take(found, list(takewhile(lambda line: _alike(line, lines[0]), lines)))
        beat()
    return True


def _alike(line: UndoLine, first: UndoLine) -> bool:
    return (line.kind, line.act) == (first.kind, first.act)


def _take(found: Undo, lines: list[UndoLine]) -> None:
    model, keys = kinds.model_of(lines[0].kind), [line.record_id for line in lines]
    left = take(model, lines[0].act, keys, transactions_of(found.batch_id))
    for line in lines:
        line.why = left.get(line.record_id, "")[:500]
        line.outcome = Outcome.LEFT if line.why else Outcome.DONE
    found.left += len(left)
    found.done += len(lines) - len(left)


def _hindrance(session: Session) -> str:
    """Asked afresh: much may have happened to the organisation, and to whoever asked."""
    status = session.scalar(
        sa.select(Organisation.status).where(Organisation.id == context.current().id)
    )
    if status not in WRITING:
        return SUSPENDED
    by = provenance().actor
    return "" if registry.still_may(by, RECORDS_RESTORE) else MAY_NO_LONGER.format(who=by.label)


def _end(found: Undo, status: UndoStatus, why: str = "") -> None:
    if found.status is not UndoStatus.RUNNING:
        return  # ended by another worker
    found.status, found.detail, found.finished_at = status, why, clock.now()
    counts: dict[str, Any] = {"done": found.done, "left": found.left}
    counts["batch_id"] = str(found.batch_id)
    if status is UndoStatus.DONE:
        record(events.UNDONE, found, **counts)
    else:
        record(events.UNDO_STOPPED, found, why=why, **counts)
