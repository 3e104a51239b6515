"""What a review that is over has come to."""

from collections.abc import Sequence
from uuid import UUID

from stackroom.staff.reviews.errors import ReviewRunning
from stackroom.staff.reviews.models import AccessReview, AccessReviewLine, ReviewState
from stackroom.staff.reviews.service import campaigns, lines


def of(review_id: UUID) -> tuple[AccessReview, Sequence[AccessReviewLine]]:
    """Its lines change no more, so the report is the same whoever asks and whenever.
    Raises NotFound or ReviewRunning."""
    found = campaigns.review(review_id)
    if found.state is ReviewState.OPEN:
        raise ReviewRunning
    return found, lines.every(review_id)
