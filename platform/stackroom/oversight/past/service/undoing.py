"""Undoing a batch as people ask for it: look, begin, go on. `runner` does the work."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import outbox
from stackroom.core.actor import because, provenance
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, paginate
from stackroom.oversight.past import batches, events, planning
from stackroom.oversight.past.errors import UndoNotStopped, UndoUnderway
from stackroom.oversight.past.models import RESUMABLE, Undo, UndoLine, UndoStatus
from stackroom.oversight.past.planning import Preview
from stackroom.oversight.past.schemas import LineQuery

RUN = "past.undo"


def preview(batch_id: UUID) -> Preview:
    """Raises NotFound."""
    return planning.preview(batches.batch(batch_id).id)


def start(batch_id: UUID, reason: str) -> Undo:
    """Raises NotFound or UndoUnderway."""
    found, present = batches.batch(batch_id), provenance()
    because(reason)
    made = Undo(
        id=uuid7(),
        batch_id=batch_id,
        batch=found.label[:300],
        reason=reason,
        requested_by_id=present.actor.id,
        requested_by=present.actor.label,
        request_id=present.request_id,
    )
    db.session.add(made)
    try:
        db.session.flush()  # the database knows whether another is under way
    except IntegrityError:
        raise UndoUnderway from None
    record(events.UNDO_STARTED, made, batch_id=str(batch_id))
    queue(made)
    return made


def queue(found: Undo) -> None:
    """In the name of whoever asks now, for as long as they may."""
    outbox.send(RUN, {"undo_id": str(found.id), "by": provenance().actor.as_json()})


def resume(undo_id: UUID) -> Undo:
    """Go on behind the last row that is dealt with. Raises NotFound, UndoNotStopped or
    UndoUnderway."""
    found = locked(undo_id)
    if found.status not in RESUMABLE:
        raise UndoNotStopped
    found.status, found.detail, found.finished_at = UndoStatus.QUEUED, "", None
    try:
        db.session.flush()  # as above
    except IntegrityError:
        raise UndoUnderway from None
    record(events.UNDO_RESUMED, found)
    queue(found)
    return found


def undo(undo_id: UUID) -> Undo:
    return _found(sa.select(Undo).where(Undo.id == undo_id))


def locked(undo_id: UUID) -> Undo:
    """With everybody else who wants to change it waiting until this transaction ends."""
    return _found(sa.select(Undo).where(Undo.id == undo_id).with_for_update())


def of_batch(batch_id: UUID) -> list[Undo]:
    """Newest first."""
    wanted = sa.select(Undo).where(Undo.batch_id == batch_id)
    return list(db.session.scalars(wanted.order_by(Undo.id.desc())))


def lines(found: Undo, query: LineQuery) -> Page[UndoLine]:
    wanted = sa.select(UndoLine).where(UndoLine.undo_id == found.id)
    if query.outcome:
        wanted = wanted.where(UndoLine.outcome == query.outcome)
    return paginate(db.session(), wanted.order_by(UndoLine.position), query)


def lines_after(undo_id: UUID, position: int, limit: int) -> list[UndoLine]:
    wanted = sa.select(UndoLine).where(UndoLine.undo_id == undo_id, UndoLine.position > position)
    return list(db.session.scalars(wanted.order_by(UndoLine.position).limit(limit)))


def _found(statement: sa.Select[Undo]) -> Undo:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found
