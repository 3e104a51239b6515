"""A review and its lines as the API, the pages and the report show them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from stackroom.staff.reviews.counting import counts
from stackroom.staff.reviews.models import AccessReview, AccessReviewLine
from stackroom.staff.reviews.schemas import DecisionOut, ReviewLineOut, ReviewOut, Standing

SHOWN = (
    "id name state about role idle_days unanswered close_idle reviewers reminder_days due_on "
    "due_at time_zone started_at started_by ended_at ended_by end_reason"
).split()
SHOWN_OF_LINES = (
    "id account_id person email role title permissions library until last_sign_in_at origin "
    "given_by given_at state"
).split()


def reviews(found: Sequence[AccessReview]) -> list[ReviewOut]:
    numbers = counts(each.id for each in found)
    return [
        ReviewOut.model_validate(
            {**{name: getattr(each, name) for name in SHOWN}, "lines": numbers[each.id]}
        )
        for each in found
    ]


def review(found: AccessReview) -> ReviewOut:
    return reviews([found])[0]


def line(found: AccessReviewLine, standing: Mapping[UUID, Standing]) -> ReviewLineOut:
    """What has become of the role matters while the line is open."""
    return ReviewLineOut.model_validate(
        {
            **{name: getattr(found, name) for name in SHOWN_OF_LINES},
            "standing": standing.get(found.id, "same"),
            "own": found.is_own,
            "decisions": [DecisionOut.model_validate(each) for each in found.decisions],
        }
    )
