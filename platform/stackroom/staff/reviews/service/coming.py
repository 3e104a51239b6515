"""What the date brings: reminders before it, the end on it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.staff.reviews import events, notices
from stackroom.staff.reviews.counting import counts
from stackroom.staff.reviews.errors import ReviewOver
from stackroom.staff.reviews.models import AccessReview, LineState, ReviewState
from stackroom.staff.reviews.service import campaigns, closing, reviewers


def open_reviews() -> Sequence[UUID]:
    wanted = sa.select(AccessReview.id).where(AccessReview.state == ReviewState.OPEN)
    return db.session.scalars(wanted.order_by(AccessReview.due_at)).all()


def attend(review_id: UUID) -> None:
    """May be called at any time, and twice."""
    try:
        found = campaigns.open_review(review_id)
    except ReviewOver:
        return
    if found.due_at <= clock.now():
        closing.close(review_id)
    else:
        _remind(found)


def _remind(found: AccessReview) -> None:
    """Once for each of the days that were chosen, and not for one that came and went unheeded."""
    due = min(campaigns.due_reminders(found), default=None)
    if due is None or (found.reminded_days is not None and found.reminded_days <= due):
        return
    before, found.reminded_days = found.reminded_days, due
    left = counts([found.id])[found.id].get(LineState.OPEN, 0)
    if left:
        record(events.REMINDED, found, lines=left, before=before, after=due)
        notices.tell(notices.REMINDER, found, reviewers.of(found))
