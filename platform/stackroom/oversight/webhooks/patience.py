"""How long to wait between two attempts, and when to give up."""

import secrets
from datetime import datetime, timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=4)
GIVES_UP_AFTER = timedelta(hours=24)
"""Counted from the first attempt of a delivery."""
PAUSES_AFTER = timedelta(days=3)
"""Counted from the first failure since something arrived."""
JITTER = 0.2
STEPS = 1000


def pause(attempts: int) -> timedelta:
    """Doubles with each attempt up to `LONGEST`, give or take a fifth: receivers that come back
    should not meet everybody at one moment."""
    doubled: timedelta = FIRST * 2 ** min(attempts - 1, 12)
    share = secrets.randbelow(STEPS + 1) / STEPS
    return min(doubled, LONGEST) * (1 - JITTER + 2 * JITTER * share)


def is_spent(first_tried_at: datetime | None, now: datetime) -> bool:
    return first_tried_at is not None and now - first_tried_at >= GIVES_UP_AFTER


def has_failed_for_days(failing_since: datetime | None, now: datetime) -> bool:
    return failing_since is not None and now - failing_since >= PAUSES_AFTER
