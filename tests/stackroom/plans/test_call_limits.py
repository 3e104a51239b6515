"""Calls over the API: by the organisation's plan, by person, by address; shared over processes."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from config import Settings
from stackroom.core import clock, limits
from stackroom.core.cache_stores import Add
from stackroom.core.http import Stackroom
from stackroom.testing.house import PASSWORD, Api, House, open_house
from stackroom.testing.second import second_app
from stackroom.testing.servers import redis_for_tests
from stackroom.testing.visitor import Visitor


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with redis_for_tests() as url:
        yield url


@pytest.fixture
def two_processes(settings: Settings, redis: str) -> Iterator[tuple[Stackroom, Stackroom]]:
    """Two apps with nothing in common but the database and Redis, as two workers have."""
    wanted = {"rate_limits": True, "redis_url": redis}
    with second_app(settings, **wanted) as here, second_app(settings, **wanted) as there:
        yield here, there


@pytest.fixture
def limited(two_processes: tuple[Stackroom, Stackroom]) -> Stackroom:
    return two_processes[0]


def through(app: Stackroom, api: Api) -> Api:
    return Api(app.test_client(), api.host, api.token)


def statuses(api: Api, calls: int, **options: object) -> list[int]:
    return [api.get("/api/v1/me", **options).status_code for _ in range(calls)]


def test_workers_share_the_organisations_budget(
    two_processes: tuple[Stackroom, Stackroom],
) -> None:
    here, there = two_processes
    api = open_house(here, "shared", plan="tiny").api("admin")
    assert statuses(api, 3) == [200] * 3
    assert statuses(through(there, api), 3) == [200, 200, 429]
    assert statuses(api, 1) == [429]


def test_the_refusal_names_the_limit_the_plan_and_when_to_come_again(limited: Stackroom) -> None:
    api = open_house(limited, "told", plan="tiny").api("admin")
    statuses(api, 5)
    refused = api.get("/api/v1/me")
    assert refused.status_code == 429
    assert refused.json["code"] == "too_many_requests"
    assert (refused.json["limit"], refused.json["plan"]) == ("organisation", "Tiny")
    wait = refused.json["retry_after"]
    assert int(refused.headers["Retry-After"]) == wait
    assert 0 < wait <= 60
    assert refused.json["detail"] == (
        f"Your organisation's plan “Tiny” may make 5 calls in a minute; "
        f"come again in {wait} seconds."
    )


def test_the_headers_tell_the_limit_that_is_nearest(limited: Stackroom) -> None:
    api = open_house(limited, "headers", plan="tiny").api("admin")
    left = [api.get("/api/v1/me").headers["X-RateLimit-Remaining"] for _ in range(6)]
    assert left == ["4", "3", "2", "1", "0", "0"]
    assert api.get("/api/v1/me").headers["X-RateLimit-Limit"] == "5"


def test_neither_another_token_nor_another_person_nor_an_address_escapes(
    limited: Stackroom,
) -> None:
    house = open_house(limited, "escape", plan="tiny")
    statuses(house.api("admin"), 5)
    again, other = house.api("admin"), house.api("librarian")
    assert statuses(again, 1) == statuses(other, 1) == [429]
    for number in range(3):
        forwarded = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": "198.51.100.9"}
        assert statuses(again, 1, headers=forwarded) == [429]
        address = {"REMOTE_ADDR": f"192.0.2.{number}"}
        assert statuses(again, 1, environ_base=address) == [429]


def test_one_organisations_flood_leaves_the_others_budget_whole(limited: Stackroom) -> None:
    flooded = open_house(limited, "flooded", plan="tiny").api("admin")
    calm = open_house(limited, "calm", plan="tiny").api("admin")
    assert statuses(flooded, 20).count(429) == 15
    first = calm.get("/api/v1/me")
    assert (first.status_code, first.headers["X-RateLimit-Remaining"]) == (200, "4")


def test_strangers_cannot_use_up_the_organisations_budget(limited: Stackroom) -> None:
    house = open_house(limited, "strangers", plan="tiny")
    for number in range(20):
        stranger = house.anonymous()
        stranger.token = f"invented-{number}"
        assert stranger.get("/api/v1/me").status_code == 401
    assert statuses(house.api("admin"), 5) == [200] * 5


def test_the_pages_go_on_when_the_budget_of_programs_is_used_up(limited: Stackroom) -> None:
    house = open_house(limited, "pages", plan="tiny")
    statuses(house.api("admin"), 6)
    visitor = Visitor(limited.test_client(), house.tenant.host)
    visitor.post("/sign-in", {"email": house.email("admin"), "password": PASSWORD})
    assert [visitor.get("/start").status_code for _ in range(10)] == [200] * 10


def test_a_person_has_one_budget_over_all_tokens_and_devices(
    limited: Stackroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_PERSON", 4)
    house = open_house(limited, "person")
    assert statuses(house.api("admin"), 2) + statuses(house.api("admin"), 3) == [200] * 4 + [429]
    refused = house.api("admin").get("/api/v1/me")
    assert (refused.json["limit"], "plan" in refused.json) == ("person", True)
    assert statuses(house.api("librarian"), 1) == [200]


def test_what_a_persons_limit_refuses_is_not_charged_to_the_organisation(
    limited: Stackroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_PERSON", 2)
    house = open_house(limited, "fair", plan="tiny")
    assert statuses(house.api("admin"), 10).count(200) == 2
    assert statuses(house.api("librarian"), 2) == [200] * 2


def test_the_day_has_its_own_budget_and_ends_at_midnight(limited: Stackroom) -> None:
    house = open_house(limited, "day", plan="tiny")
    api = house.api("admin")
    with clock.held_at(datetime.now(UTC).replace(hour=23, minute=59, second=30)):
        counted = statuses(api, 5)
        forget_the_minute(house)
        counted += statuses(api, 4)
        refused = api.get("/api/v1/me").json
    assert counted == [200] * 8 + [429]
    assert "8 calls in a day" in refused["detail"]
    assert refused["retry_after"] <= 30


def forget_the_minute(house: House) -> None:
    """A minute passes for the organisation."""
    with house.work("admin"):
        limits.OWN.add(Add("organisation/minute", 60, -5))


def test_the_days_calls_are_shown_and_begin_anew(limited: Stackroom) -> None:
    house = open_house(limited, "shown", plan="roomy")
    api = house.api("admin")
    statuses(api, 3)
    answer = api.get("/api/v1/usage").json
    today = next(each for each in answer["measures"] if each["measure"] == "calls_today")
    assert (today["used"], today["allowed"]) == (4, 80)


def test_without_limits_in_the_settings_nothing_is_counted(app: Stackroom) -> None:
    api = open_house(app, "unlimited", plan="tiny").api("admin")
    assert statuses(api, 12) == [200] * 12
    assert "X-RateLimit-Limit" not in api.get("/api/v1/me").headers
