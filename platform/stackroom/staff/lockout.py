"""Failed sign-ins lock an e-mail address out for a while, known or not, longer each time."""

from datetime import datetime, timedelta
from typing import Protocol

from stackroom.core import clock
from stackroom.staff.errors import LockedOut

FAILURES_BEFORE_LOCK = 5
LOCKS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""After the fifth failure in a row, the sixth, …; the last holds from then on."""


class Failures(Protocol):
    failures: int
    locked_until: datetime | None


def refuse(locked_until: datetime | None) -> None:
    """Raises LockedOut, which says when to come again."""
    if locked_until and locked_until > clock.now():
        seconds = int((locked_until - clock.now()).total_seconds()) + 1
        raise LockedOut(
            f"Too many failed attempts for this address; try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )


def count(counted: Failures) -> None:
    counted.failures += 1
    if (beyond := counted.failures - FAILURES_BEFORE_LOCK) >= 0:
        counted.locked_until = clock.now() + LOCKS[min(beyond, len(LOCKS) - 1)]
