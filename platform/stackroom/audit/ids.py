"""Transaction ids: 63 bits that carry their instant, so that a span of time is a range of keys.

51 bits of microseconds since 2020, which last until 2091, then 12 that keep one microsecond's
transactions apart. Unique within an organisation, which is all its keys ask; no sequence.
"""

import itertools
import secrets
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LOW_BITS = 12
_tick = itertools.count(secrets.randbits(LOW_BITS))


def new(at: datetime) -> int:
    return first(at) | (next(_tick) % (1 << LOW_BITS))


def first(at: datetime) -> int:
    """The lowest id of this microsecond."""
    return (at - EPOCH) // timedelta(microseconds=1) << LOW_BITS
