"""Rate limits by address, on an app that has them."""

from collections.abc import Iterator

import pytest

from config import Settings
from stackroom.core.http import Stackroom
from stackroom.testing.house import Answer, Api, House, open_house
from stackroom.testing.second import second_app
from stackroom.testing.visitor import Visitor


@pytest.fixture
def limited(settings: Settings) -> Iterator[Stackroom]:
    with second_app(settings, rate_limits=True) as made:
        yield made


@pytest.fixture
def house(limited: Stackroom) -> House:
    return open_house(limited, "limited")


def attempt(house: House, number: int, address: str = "192.0.2.1") -> Answer:
    return house.anonymous().post(
        "/api/v1/auth/tokens",
        json={"email": f"nobody{number}@x.example", "password": "a wrong password"},
        environ_base={"REMOTE_ADDR": address},
    )


def test_one_address_may_try_thirty_times_a_minute_whatever_the_account(house: House) -> None:
    assert {attempt(house, number).status_code for number in range(30)} == {401}
    refused = attempt(house, 31)
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert refused.json["code"] == "too_many_requests"
    assert refused.json["limit"] == "address"
    assert int(refused.headers["Retry-After"]) == refused.json["retry_after"] > 0
    assert str(refused.json["retry_after"]) in refused.json["detail"]


def test_another_address_and_another_organisation_are_not_held_up(
    limited: Stackroom, house: House
) -> None:
    for number in range(31):
        attempt(house, number)
    assert attempt(house, 0, address="192.0.2.2").status_code == 401
    assert attempt(open_house(limited, "other"), 0).status_code == 401


def test_an_invented_forwarded_address_does_not_help(house: House) -> None:
    for number in range(31):
        answer = house.anonymous().post(
            "/api/v1/auth/tokens",
            json={"email": "nobody@x.example", "password": f"wrong {number}"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
    assert answer.status_code == 429


def test_the_page_has_the_same_limit(house: House) -> None:
    visitor = Visitor(house.app.test_client(), house.tenant.host)
    for number in range(30):
        visitor.post("/sign-in", {"email": f"n{number}@x.example", "password": "x"})
    refused = visitor.post("/sign-in", {"email": "n@x.example", "password": "x"})
    assert (refused.status_code, refused.mimetype) == (429, "text/html")


def test_sign_ups_are_limited_on_the_platform(limited: Stackroom) -> None:
    platform = Api(limited.test_client(), limited.settings.base_domain)
    answers = [platform.post("/api/v1/organisations", json={}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_every_answer_says_how_much_is_left(house: House) -> None:
    api = house.api("admin")
    for answer in (
        api.get("/api/v1/me"),
        api.get("/api/v1/nothing"),
        api.post("/api/v1/staff", json={}),
        house.anonymous().get("/api/v1/me"),
        attempt(house, 1),
    ):
        assert int(answer.headers["X-RateLimit-Limit"]) > 0, answer.request.path
        assert int(answer.headers["X-RateLimit-Remaining"]) >= 0
        assert int(answer.headers["X-RateLimit-Reset"]) > 0


@pytest.mark.slow
def test_invented_tokens_do_not_lift_the_limit_of_an_address(limited: Stackroom) -> None:
    platform = Api(limited.test_client(), limited.settings.base_domain)
    statuses = []
    for number in range(6001):
        platform.token = f"invented-{number}"
        statuses.append(platform.get("/api/nothing").status_code)
    assert set(statuses[:6000]) == {404}
    assert statuses[6000] == 429
