"""Where cached values and counts rest: in this process, or in Redis for all of them.

Whole keys are known here and in `stackroom.core.cache`, which makes them, and nowhere else.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import NamedTuple, Protocol, TypeVar, cast

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

T = TypeVar("T")
log = structlog.get_logger()
ENTRIES = 50_000
SWEEP_SECONDS = 60.0
PATIENCE_SECONDS = 0.5
AWAY_SECONDS = 5.0
"""How long a Redis that did not answer is left alone, so that each request need not wait for it."""


class Add(NamedTuple):
    """Add to a count, which begins at nothing and ends `seconds` after it began."""

    key: str
    seconds: int
    by: int = 1


class Counted(NamedTuple):
    """What a count has come to, and in how many seconds it ends."""

    total: int
    seconds: int


class Store(Protocol):
    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes, seconds: int, *, only_new: bool = False) -> bool:
        """Whether it was put: with `only_new`, a key that is there stays."""

    def delete(self, keys: Iterable[str]) -> None: ...

    def count(self, adds: Sequence[Add]) -> list[Counted]:
        """All in one journey."""

    def keys(self, prefix: str) -> list[str]:
        """Raises RedisError: whoever asks must not take silence for nothing."""

    def purge(self, prefix: str) -> int:
        """How many were there. Raises RedisError, as above."""


class ProcessStore:
    """For one process: bounded, the oldest goes first; threads and greenlets may share it."""

    def __init__(self, entries: int = ENTRIES) -> None:
        self._entries = entries
        self._kept: OrderedDict[str, tuple[bytes | int, float]] = OrderedDict()
        self._sweep_at = time.monotonic() + SWEEP_SECONDS
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        value, until = self._kept.get(key, (b"", 0.0))
        if until <= time.monotonic():
            return None
        return value if isinstance(value, bytes) else str(value).encode()  # as Redis gives a count

    def put(self, key: str, value: bytes, seconds: int, *, only_new: bool = False) -> bool:
        with self._lock:
            now = time.monotonic()
            if only_new and self._kept.get(key, (b"", 0.0))[1] > now:
                return False
            self._keep(key, value, now + seconds, now)
        return True

    def delete(self, keys: Iterable[str]) -> None:
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)

    def count(self, adds: Sequence[Add]) -> list[Counted]:
        with self._lock:
            now = time.monotonic()
            return [self._add(add, now) for add in adds]

    def keys(self, prefix: str) -> list[str]:
        with self._lock:
            now = time.monotonic()
            return [
                key
                for key, (_, until) in self._kept.items()
                if key.startswith(prefix) and until > now
            ]

    def purge(self, prefix: str) -> int:
        found = self.keys(prefix)
        self.delete(found)
        return len(found)

    def _add(self, add: Add, now: float) -> Counted:
        count, until = self._kept.get(add.key, (0, 0.0))
        if until <= now:
            count, until = 0, now + add.seconds
        count = int(count) + add.by
        self._keep(add.key, count, until, now)
        return Counted(count, max(1, round(until - now)))

    def _keep(self, key: str, value: bytes | int, until: float, now: float) -> None:
        self._kept[key] = (value, until)
        self._kept.move_to_end(key)
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_SECONDS
            for old in [old for old, (_, ends) in self._kept.items() if ends <= now]:
                del self._kept[old]
        while len(self._kept) > self._entries:
            self._kept.popitem(last=False)


class RedisStore:
    """For all processes. While Redis is away values are missed, counts are kept by each process
    for itself, and one line of the log says so."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS,
            # once, at once: a connection that Redis has closed meanwhile
            retry=Retry(NoBackoff(), 1),
        )  # fmt: skip
        self._meanwhile = ProcessStore()
        self._away = False
        self._ask_again_at = 0.0

    def get(self, key: str) -> bytes | None:
        return self._ask(lambda redis: cast("bytes | None", redis.get(key)), lambda: None)

    def put(self, key: str, value: bytes, seconds: int, *, only_new: bool = False) -> bool:
        return self._ask(
            lambda redis: bool(redis.set(key, value, ex=seconds, nx=only_new)), lambda: False
        )

    def delete(self, keys: Iterable[str]) -> None:
        if listed := list(keys):
            self._ask(lambda redis: redis.unlink(*listed), lambda: None)

    def count(self, adds: Sequence[Add]) -> list[Counted]:
        return self._ask(lambda redis: _count(redis, adds), lambda: self._meanwhile.count(adds))

    def keys(self, prefix: str) -> list[str]:
        return [key.decode() for key in self._redis.scan_iter(f"{prefix}*", count=1000)]

    def purge(self, prefix: str) -> int:
        self._meanwhile.purge(prefix)
        found = self.keys(prefix)
        return int(self._redis.unlink(*found)) if found else 0

    def _ask(self, ask: Callable[[Redis], T], otherwise: Callable[[], T]) -> T:
        if self._away and time.monotonic() < self._ask_again_at:
            return otherwise()
        try:
            answer = ask(self._redis)
        except RedisError as error:
            if not self._away:
                log.warning("cache_unavailable", error=str(error))
            self._away, self._ask_again_at = True, time.monotonic() + AWAY_SECONDS
            return otherwise()
        self._away = False
        return answer


def _count(redis: Redis, adds: Sequence[Add]) -> list[Counted]:
    with redis.pipeline() as pipeline:
        for add in adds:
            pipeline.set(add.key, 0, ex=add.seconds, nx=True)
            pipeline.incrby(add.key, add.by)
            pipeline.ttl(add.key)
        answers = pipeline.execute()
    return [
        Counted(count, max(1, left))
        for count, left in zip(answers[1::3], answers[2::3], strict=True)
    ]
