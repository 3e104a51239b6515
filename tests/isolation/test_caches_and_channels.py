"""What lives outside the database: parts of the cache, and channels of the browser's live link.

Both are drawn from the registries of their packages. A package that stands and shows no registry
fails here; one that is not there yet has nothing to leak.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import UUID, uuid4

from stackroom.core.features import Channel, registry
from stackroom.core.http import Stackroom
from stackroom.realtime.rooms import Room
from stackroom.testing.house import House
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.results import Recording
from tenants import context
from tenants.errors import NoTenant

SECONDS = 60


def registry_of(module: str, name: str) -> Any:
    if find_spec(module) is None:
        return ()
    found = getattr(import_module(module), name, None)
    assert found is not None, f"{module} must keep what it has in {name}, for this test to try"
    return found


@contextmanager
def inside(app: Stackroom, house: House | None) -> Iterator[None]:
    with app.app_context(), context.acting_for(house.tenant if house else None):
        yield


def test_no_part_of_the_cache_is_shared(app: Stackroom, two: Neighbours, matrix: Recording) -> None:
    """The same part, the same key: each organisation finds, forgets and counts its own."""
    spaces = dict(registry_of("stackroom.core.cache", "SPACES"))
    with matrix("cache", at_least=len(spaces)) as found:
        for (name, is_platforms), space in spaces.items():
            if is_platforms:
                why = "" if len(space.platform) > 10 else "it must say why it is the platform's"
                found.note(name, "declared", "belongs to no organisation", why, space.platform)
                continue
            tried = _count(app, two, space) if hasattr(space, "read") else _keep(app, two, space)
            for act, leak in tried.items():
                found.note(name, act, "the neighbour's key", leak)
            found.note(name, "read", "no organisation open", _for_nobody(app, space), "NoTenant")


def test_no_channel_is_shared(app: Stackroom, two: Neighbours, matrix: Recording) -> None:
    """A channel's room is led by the open organisation, and there is none for nobody. (Joining by a
    websocket is tried in the tests of realtime.)"""
    record = uuid4()
    with matrix("channel", at_least=1) as found:
        for channel in registry.channels:
            rooms = []
            for house in (two.north, two.harbour):
                with inside(app, house):
                    rooms.append(str(Room(channel.name, record)))
            shared = "both are in one room" * (rooms[0] == rooms[1])
            found.note(channel.name, "room", "the neighbour's room", shared, "rooms differ")
            found.note(channel.name, "room", "no organisation open", _room(app, channel, record))


def _room(app: Stackroom, channel: Channel, record: UUID) -> str:
    with inside(app, None):
        try:
            return f"there is a room {Room(channel.name, record)}"
        except NoTenant:
            return ""


def _keep(app: Stackroom, two: Neighbours, area: Any) -> dict[str, str]:
    with inside(app, two.harbour):
        area.set("isolation", "harbour's", SECONDS)
    with inside(app, two.north):
        seen = area.get("isolation")
        fresh = area.remember("isolation", SECONDS, lambda: "north's")
        area.delete("isolation")
        area.clear()
    with inside(app, two.harbour):
        kept = area.get("isolation")
        area.delete("isolation")
    return {
        "get": f"north finds {seen!r}" * (seen is not None),
        "remember": f"north is told {fresh!r}" * (fresh != "north's"),
        "delete and clear": f"harbour now finds {kept!r}" * (kept != "harbour's"),
    }


def _count(app: Stackroom, two: Neighbours, counts: Any) -> dict[str, str]:
    add = import_module("stackroom.core.cache_stores").Add
    with inside(app, two.harbour):
        counts.add(add("isolation", SECONDS, 5))
    with inside(app, two.north):
        seen = counts.read("isolation")
    return {"count": f"north counts {seen}" * bool(seen)}


def _for_nobody(app: Stackroom, space: Any) -> str:
    read = space.read if hasattr(space, "read") else space.get
    with inside(app, None):
        try:
            read("isolation")
        except NoTenant:
            return ""
    return "it was read"
