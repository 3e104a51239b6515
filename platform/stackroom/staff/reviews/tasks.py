"""What comes round: reviews whose date has come are closed, the others' reviewers reminded."""

from datetime import timedelta

from stackroom.core.database import transaction
from stackroom.core.features import Chore
from stackroom.staff.reviews.service import coming


def come_round() -> None:
    """A review is a transaction of its own: one that fails does not hold up the others."""
    with transaction():
        waiting = coming.open_reviews()
    for review_id in waiting:
        with transaction():
            coming.attend(review_id)


REVIEWS = Chore("staff.reviews", timedelta(minutes=15), come_round)
