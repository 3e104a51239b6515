"""Finding a review, and ending it."""

from datetime import timedelta
from math import ceil
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff.reviews import events
from stackroom.staff.reviews.errors import ReviewOver
from stackroom.staff.reviews.models import AccessReview, ReviewState


def reviews(query: PageQuery) -> Page[AccessReview]:
    """Latest first."""
    wanted = sa.select(AccessReview).order_by(AccessReview.started_at.desc(), AccessReview.id)
    return paginate(db.session(), wanted, query)


def review(review_id: UUID, *, locked: bool = False, shared: bool = False) -> AccessReview:
    """`locked` until the transaction ends, or `shared` with others who do so. Raises NotFound."""
    wanted = sa.select(AccessReview).where(AccessReview.id == review_id)
    if locked:
        wanted = wanted.with_for_update(read=shared).execution_options(populate_existing=True)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def open_review(review_id: UUID, *, shared: bool = False) -> AccessReview:
    """Locked, so that it does not end meanwhile. Raises NotFound or ReviewOver."""
    found = review(review_id, locked=True, shared=shared)
    if found.state is not ReviewState.OPEN:
        raise ReviewOver
    return found


def due_reminders(found: AccessReview) -> list[int]:
    left = ceil((found.due_at - clock.now()) / timedelta(days=1))
    return [days for days in found.reminder_days if left <= days]


def cancel(review_id: UUID, reason: str) -> AccessReview:
    """What was withdrawn stays so; nothing more happens. Raises NotFound or ReviewOver."""
    found = open_review(review_id)
    end(found, ReviewState.CANCELLED, reason)
    record(events.CANCELLED, found, before=ReviewState.OPEN, after=found.state, why=reason)
    return found


def end(found: AccessReview, state: ReviewState, reason: str = "") -> None:
    found.state, found.end_reason = state, reason
    found.ended_at, found.ended_by = clock.now(), provenance().actor.label
