"""Scripts of other origins may use the API where the settings name their origin."""

from collections.abc import Iterator

import pytest

from config import Settings
from stackroom.core.http import Stackroom
from stackroom.testing.house import House, open_house
from stackroom.testing.second import second_app

SHOP = "https://shop.example"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def opened(settings: Settings) -> Iterator[Stackroom]:
    with second_app(settings, cors_origins=(SHOP,)) as made:
        yield made


@pytest.fixture
def house(opened: Stackroom) -> House:
    return open_house(opened, "shop")


def test_a_browser_may_ask_before_it_signs_in(house: House) -> None:
    answer = house.anonymous().request("OPTIONS", "/api/v1/bibs", headers={"Origin": SHOP, **ASKS})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization"


def test_a_named_origin_may_read_answers_and_their_headers(house: House) -> None:
    answer = house.api("librarian").get("/api/v1/bibs", headers={"Origin": SHOP})
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_another_origin_may_not(house: House) -> None:
    evil = {"Origin": "https://evil.example", **ASKS}
    answer = house.anonymous().request("OPTIONS", "/api/v1/bibs", headers=evil)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_pages_are_for_nobody_elses_scripts(house: House) -> None:
    answer = house.anonymous().get("/sign-in", headers={"Origin": SHOP})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_the_setting_no_origin_may(north: House) -> None:
    answer = north.anonymous().request("OPTIONS", "/api/v1/bibs", headers={"Origin": SHOP, **ASKS})
    assert "Access-Control-Allow-Origin" not in answer.headers
