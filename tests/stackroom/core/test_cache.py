"""The cache, over both of its stores: led by the organisation, and gone when it is told to be."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import redis as redis_client
from flask import Flask
from structlog.testing import capture_logs

from config import Settings
from stackroom.core import cache, cache_stores, counts
from stackroom.core.cache import Area, Counts
from stackroom.core.cache_stores import Add, ProcessStore, RedisStore
from stackroom.testing import servers
from stackroom.testing.house import House, open_house
from stackroom.testing.second import second_app
from tenants import context
from tenants.errors import NoTenant

VALUES = Area("tested")
COUNTED = Counts("counted")
NOBODYS = Area("nobodys", platform="a test, for nobody in particular")


@pytest.fixture(params=["process", "redis"])
def kept(request: pytest.FixtureRequest, redis: str) -> Flask:
    """An app with one of the stores and nothing else."""
    app = Flask("cache")
    url = redis if request.param == "redis" else ""
    cache.install(app, Settings(redis_url=url))
    return app


@contextmanager
def inside(app: Flask, house: House) -> Iterator[None]:
    with app.app_context(), context.acting_for(house.tenant):
        yield


def test_a_value_comes_back_as_json(kept: Flask, north: House) -> None:
    with inside(kept, north):
        VALUES.set("a", {"titles": 7, "names": ["Ää", None]}, 60)
        assert VALUES.get("a") == {"titles": 7, "names": ["Ää", None]}
        assert VALUES.get("b") is None


def test_what_is_no_json_is_refused_and_never_pickled(kept: Flask, north: House) -> None:
    with inside(kept, north), pytest.raises(TypeError):
        VALUES.set("a", object(), 60)


def test_one_organisation_never_finds_what_another_kept(
    kept: Flask, north: House, harbour: House
) -> None:
    with inside(kept, north):
        VALUES.set("a", "north's", 60)
        COUNTED.add(Add("c", 60, 5))
    with inside(kept, harbour):
        assert VALUES.get("a") is None
        assert COUNTED.read("c") == 0
        VALUES.clear()
        cache.purge()
    with inside(kept, north):
        assert VALUES.get("a") == "north's"
        assert COUNTED.read("c") == 5


CALLS: dict[str, Callable[[], Any]] = {
    "get": lambda: VALUES.get("a"),
    "set": lambda: VALUES.set("a", 1, 60),
    "add": lambda: VALUES.add("a", 1, 60),
    "delete": lambda: VALUES.delete("a"),
    "remember": lambda: VALUES.remember("a", 60, lambda: 1),
    "clear": VALUES.clear,
    "count": lambda: COUNTED.add(Add("a", 60)),
    "read": lambda: COUNTED.read("a"),
    "keys": cache.keys,
    "purge": cache.purge,
    "forget": counts.forget,
}


@pytest.mark.parametrize("name", CALLS)
def test_nothing_can_be_called_without_an_organisation(kept: Flask, name: str) -> None:
    with kept.app_context(), pytest.raises(NoTenant):
        CALLS[name]()


def test_every_call_is_tried_without_an_organisation() -> None:
    """A new method of the client must join the list above."""
    public = {name for kind in (Area, Counts) for name in vars(kind) if not name.startswith("_")}
    assert public <= CALLS.keys()


def test_the_platforms_own_values_need_no_organisation_and_belong_to_none(
    kept: Flask, north: House
) -> None:
    with kept.app_context():
        NOBODYS.set("a", 1, 60)
    with inside(kept, north):
        assert NOBODYS.get("a") == 1
        assert cache.keys() == []
        cache.purge()
        assert NOBODYS.get("a") == 1


def test_a_part_is_named_once_and_by_a_word() -> None:
    with pytest.raises(ValueError, match="already"):
        Area("tested")
    for name in ("", "two words", "a/b", "t/"):
        with pytest.raises(ValueError, match="one word"):
            Area(name)


def test_a_key_cannot_grow_without_bound(kept: Flask, north: House) -> None:
    with inside(kept, north), pytest.raises(ValueError, match="200 characters"):
        VALUES.get("x" * 201)


def test_only_the_first_is_added(kept: Flask, north: House) -> None:
    with inside(kept, north):
        assert VALUES.add("a", 1, 60)
        assert not VALUES.add("a", 2, 60)
        assert VALUES.get("a") == 1
        VALUES.delete("a")
        assert VALUES.add("a", 3, 60)


def test_what_was_read_before_a_change_is_not_found_after_it(kept: Flask, north: House) -> None:
    """The count begins, a writer commits meanwhile, and only then is the count kept."""

    def count_slowly() -> int:
        VALUES.clear()  # the writer's commit
        return 41

    with inside(kept, north):
        assert VALUES.remember("titles", 60, count_slowly) == 41
        assert VALUES.remember("titles", 60, lambda: 42) == 42
        assert VALUES.remember("titles", 60, lambda: 43) == 42


def test_a_purge_leaves_nothing_of_the_organisation(kept: Flask, north: House) -> None:
    with inside(kept, north):
        VALUES.set("a", 1, 60)
        COUNTED.add(Add("c", 60))
        held = cache.keys()
        assert {key.split("/")[0] for key in held} == {"tested", "counted"}
        assert str(north.tenant.uuid) not in "".join(held)
        assert cache.purge() == 3  # the value, its generation and the count
        assert cache.keys() == []
        assert VALUES.get("a") is None


def test_counts_of_many_threads_are_exact(kept: Flask, north: House) -> None:
    def count(_: int) -> int:
        with inside(kept, north):
            return COUNTED.add(Add("c", 60))[0].total

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(count, range(200))) == list(range(1, 201))


def test_a_count_ends_by_itself_with_its_window(kept: Flask, north: House) -> None:
    with inside(kept, north):
        first, other = COUNTED.add(Add("c", 1), Add("d", 90, 3))
        assert (first.total, other.total) == (1, 3)
        assert other.seconds in (89, 90)
        deadline = time.monotonic() + 5
        while COUNTED.read("c"):
            assert time.monotonic() < deadline
        assert COUNTED.add(Add("c", 60))[0].total == 1


def test_a_process_keeps_a_bounded_number_and_forgets_the_oldest() -> None:
    store = ProcessStore(entries=3)
    for number in range(5):
        store.put(f"k{number}", b"v", 60)
    assert [store.get(f"k{number}") for number in range(5)] == [None, None, b"v", b"v", b"v"]


def test_a_redis_that_is_away_costs_the_values_and_one_line(north: House) -> None:
    app = Flask("away")
    cache.install(app, Settings(redis_url=f"redis://127.0.0.1:{servers.free_port()}/0"))
    with inside(app, north), capture_logs() as lines:
        VALUES.set("a", 1, 60)
        assert VALUES.get("a") is None
        assert VALUES.remember("a", 60, lambda: 7) == 7
        VALUES.clear()
        assert [COUNTED.add(Add("c", 60))[0].total for _ in range(3)] == [1, 2, 3]
    assert [line["event"] for line in lines] == ["cache_unavailable"]


def test_a_purge_does_not_take_silence_for_nothing(north: House) -> None:
    app = Flask("away")
    cache.install(app, Settings(redis_url=f"redis://127.0.0.1:{servers.free_port()}/0"))
    with inside(app, north):
        for ask in (cache.keys, cache.purge):
            with pytest.raises(redis_client.RedisError):
                ask()


def test_a_redis_that_comes_back_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_stores, "AWAY_SECONDS", 0.0)
    with servers.redis() as first:
        store = RedisStore(first.url)
        assert store.put("k", b"v", 60)
    assert store.get("k") is None
    with servers.redis(first.port):
        assert store.put("k", b"again", 60)
        assert store.get("k") == b"again"


def test_requests_are_answered_while_redis_is_away(settings: Settings) -> None:
    away = f"redis://127.0.0.1:{servers.free_port()}/0"
    with second_app(settings, redis_url=away, rate_limits=True) as app:
        api = open_house(app, "away").api("admin")
        assert api.get("/api/v1/me").status_code == 200
        assert api.get("/api/v1/usage").status_code == 200
        assert api.post("/api/v1/bibs", json={"title": "Emma"}).status_code == 201
