from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.staff.reviews.models import AccessReviewLine, LineState


def counts(review_ids: Iterable[UUID]) -> dict[UUID, dict[LineState, int]]:
    """How many lines of each review are in each state, in one statement."""
    found: dict[UUID, dict[LineState, int]] = {review_id: {} for review_id in review_ids}
    line = AccessReviewLine
    rows = db.session.execute(
        sa.select(line.access_review_id, line.state, sa.func.count())
        .where(line.access_review_id.in_(found))
        .group_by(line.access_review_id, line.state)
    )
    for review_id, state, number in rows:
        found[review_id][state] = number
    return found
