"""Transaction ids: 63 bits that carry their instant, so that a span of time is a range of keys.

51 bits of microseconds since 2020, which last until 2091, then 12 that keep one microsecond's
transactions apart. Unique within an organisation, which is all its keys ask; no sequence.
"""

import secrets
from datetime import UTC, datetime, timedelta
from threading import Lock

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LOW_BITS = 12
_lock = Lock()
_last = 0


def new(at: datetime) -> int:
    """Within one process, ids of one microsecond grow in the order in which they were asked for."""
    global _last  # noqa: PLW0603 - the order of a process is one
    with _lock:
        lowest = first(at)
        if lowest <= _last < lowest + (1 << LOW_BITS):
            _last += 1
        else:  # by chance, because another process may be at this very microsecond
            _last = lowest + secrets.randbits(LOW_BITS - 1)
        return _last


def first(at: datetime) -> int:
    """The lowest id of this microsecond."""
    return (at - EPOCH) // timedelta(microseconds=1) << LOW_BITS
