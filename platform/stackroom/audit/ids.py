"""Transaction ids: 63 bits that carry their instant, so that a span of time is a range of keys.

51 bits of microseconds since 2020, which last until 2091, then 12 that keep one microsecond's
transactions apart. Unique within an organisation, which is all its keys ask; no sequence.
"""

import secrets
from datetime import UTC, datetime, timedelta
from threading import Lock

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LOW_BITS = 12
REMEMBERED = 100
_lock = Lock()
_recent: dict[int, int] = {}
"""The last id of each of the latest instants."""


def new(at: datetime) -> int:
    """Within one process, ids of one microsecond grow in the order in which they were asked for."""
    lowest = first(at)
    # by chance, because another process may be at this very microsecond
    begin = lowest + secrets.randbits(LOW_BITS - 1)
    with _lock:
        made = _recent.pop(lowest, begin - 1) + 1
        _recent[lowest] = made
        if len(_recent) > REMEMBERED:
            del _recent[next(iter(_recent))]
    return made


def first(at: datetime) -> int:
    """The lowest id of this microsecond."""
    return (at - EPOCH) // timedelta(microseconds=1) << LOW_BITS
