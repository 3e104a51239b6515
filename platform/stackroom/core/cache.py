"""The cache. Every key is led by the open organisation, and there is no call without one.

    COUNTS = Area("counts")
    total = COUNTS.remember("titles", 60, count_titles)

Nothing here takes or gives a whole key. Values are JSON. What has no organisation, such as the
address somebody signs up from, says why: `Counts("limits", platform="…")`.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

import orjson
from flask import Flask, current_app

from config import Settings
from stackroom.core.cache_stores import Add, Counted, ProcessStore, RedisStore, Store
from tenants import context

T = TypeVar("T")
GENERATION_SECONDS = 86_400
LONGEST_KEY = 200
SPACES: dict[tuple[str, bool], "Space"] = {}
"""Every part of the cache, by its name and whether it is the platform's."""


class Space:
    """A part of the cache: of each organisation one or, with the reason `platform`, of nobody."""

    def __init__(self, name: str, *, platform: str = "") -> None:
        if not re.fullmatch("[a-z]+", name):
            raise ValueError("a part of the cache is called by one word")
        if (name, bool(platform)) in SPACES:
            raise ValueError(f"the part “{name}” of the cache is there already")
        self.name, self.platform = name, platform
        SPACES[name, bool(platform)] = self

    def _key(self, key: str) -> str:
        """Raises NoTenant where no organisation is open."""
        if len(key) > LONGEST_KEY:
            raise ValueError(f"a key has at most {LONGEST_KEY} characters: {key[:40]}…")
        return f"{'p/' if self.platform else _own()}{self.name}/{key}"


class Area(Space):
    """Values that are forgotten together. An entry belongs to the generation in which the work
    for it began, so what was read before a change is never found after it."""

    def remember(self, key: str, seconds: int, make: Callable[[], T]) -> T:
        """The kept value, or what `make` gives, which is kept then."""
        place = self._place(key)
        if (kept := _store().get(place)) is not None:
            return cast("T", orjson.loads(kept))
        made = make()
        _store().put(place, orjson.dumps(made), seconds)
        return made

    def get(self, key: str) -> Any:
        """None where there is none."""
        kept = _store().get(self._place(key))
        return None if kept is None else orjson.loads(kept)

    def set(self, key: str, value: Any, seconds: int) -> None:
        _store().put(self._place(key), orjson.dumps(value), seconds)

    def add(self, key: str, value: Any, seconds: int) -> bool:
        """Whether it was added: what is there already stays."""
        return _store().put(self._place(key), orjson.dumps(value), seconds, only_new=True)

    def delete(self, key: str) -> None:
        _store().delete([self._place(key)])

    def clear(self) -> None:
        """Begin a new generation: everything kept before is forgotten, at the cost of one key."""
        _store().put(self._key("generation"), _new_generation(), GENERATION_SECONDS)

    def _place(self, key: str) -> str:
        return self._key(f"{self._generation()}/{key}")

    def _generation(self) -> str:
        """By chance and not by number: one that was lost must not come again."""
        name = self._key("generation")
        found = _store().get(name)
        if found is None:
            fresh = _new_generation()
            first = _store().put(name, fresh, GENERATION_SECONDS, only_new=True)
            found = fresh if first else (_store().get(name) or fresh)
        return found.decode()


class Counts(Space):
    """Counts that all workers share, each of which ends by itself."""

    def add(self, *adds: Add) -> list[Counted]:
        """In one journey, whatever their number."""
        return _store().count([add._replace(key=self._key(add.key)) for add in adds])

    def read(self, key: str) -> int:
        return int(_store().get(self._key(key)) or 0)


def keys() -> list[str]:
    """What is kept for the open organisation, without its prefix; for those who must prove that
    nothing is."""
    return [key.removeprefix(_own()) for key in _store().keys(_own())]


def purge() -> int:
    """Forget everything of the open organisation, its rate limits too; returns how many entries.
    Raises redis.RedisError where Redis is away: nothing may seem gone that is not."""
    return _store().purge(_own())


def install(app: Flask, settings: Settings) -> None:
    store = RedisStore(settings.redis_url) if settings.redis_url else ProcessStore()
    app.extensions["cache"] = store


def _store() -> Store:
    found: Store = current_app.extensions["cache"]
    return found


def _own() -> str:
    return f"t/{context.current().uuid}/"


def _new_generation() -> bytes:
    return secrets.token_hex(8).encode()
