"""Counts of the rate limits of one process.

The memory storage that comes with `limits` starts a thread every 10 ms in which there is a hit, to
walk all its keys; that cost a request more than reading its row. Here a sweep comes once a minute.
"""

import time
from threading import Lock

from limits.storage import Storage

SWEEP_SECONDS = 60.0


class ProcessStorage(Storage):
    """For the fixed-window strategy: a key's count, and when its window ends."""

    STORAGE_SCHEME = ["process"]  # noqa: RUF012 - the registry of `limits` reads a plain list

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._counts: dict[str, tuple[int, float]] = {}
        self._sweep_at = time.time() + SWEEP_SECONDS
        self._lock = Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            if now >= self._sweep_at:
                self._sweep(now)
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            self._counts[key] = (count + amount, until)
        return count + amount

    def _sweep(self, now: float) -> None:
        self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
        self._sweep_at = now + SWEEP_SECONDS

    def get(self, key: str) -> int:
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        _, until = self._counts.get(key, (0, 0.0))
        return until or time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            kept, self._counts = len(self._counts), {}
        return kept

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)
