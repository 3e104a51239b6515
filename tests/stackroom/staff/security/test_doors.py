"""Whoever guesses keeps out themselves, and not the owner of the address."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.staff.models import SignInFailure
from stackroom.staff.security.devices import network
from stackroom.staff.security.doors import FAILURES_EVERYWHERE
from stackroom.staff.security.tasks import forget
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor, visit
from tenants import context

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ATTACKER, OWNER = "203.0.113.66", "198.51.100.7"


def attempt(house: House, ip: str, password: str = "a wrong password", email: str = "") -> int:
    body = {"email": email or house.email("librarian"), "password": password}
    api = house.anonymous()
    return api.post("/api/v1/auth/tokens", json=body, environ_base={"REMOTE_ADDR": ip}).status_code


def sign_in(visitor: Visitor, house: House, ip: str, password: str = PASSWORD) -> int:
    form = {"email": house.email("librarian"), "password": password}
    return visitor.post("/sign-in", form, environ_base={"REMOTE_ADDR": ip}).status_code


def guess_from_everywhere(house: House, email: str = "") -> None:
    for n in range(FAILURES_EVERYWHERE):
        assert attempt(house, f"10.{n // 4}.{n % 4}.1", email=email) == 401


def test_an_attacker_keeps_out_themselves_and_not_the_owner(north: House) -> None:
    for _ in range(5):
        assert attempt(north, ATTACKER) == 401
    assert attempt(north, ATTACKER, PASSWORD) == 429
    assert attempt(north, OWNER, PASSWORD) == 200


def test_neighbours_of_a_network_share_its_door(north: House) -> None:
    for n in range(5):
        assert attempt(north, f"203.0.113.{n}") == 401
    assert attempt(north, "203.0.113.200", PASSWORD) == 429
    assert attempt(north, "203.0.114.1", PASSWORD) == 200


def test_a_browser_that_the_owner_has_used_has_a_door_of_its_own(north: House) -> None:
    """Even behind the address that the attacker sits at."""
    owner = visit(north)
    assert sign_in(owner, north, ATTACKER) == 303
    owner.post("/sign-out")
    for _ in range(5):
        assert attempt(north, ATTACKER) == 401
    assert sign_in(visit(north), north, ATTACKER) == 429
    assert sign_in(owner, north, ATTACKER) == 303


def test_that_door_closes_as_well(north: House) -> None:
    owner = visit(north)
    assert sign_in(owner, north, OWNER) == 303
    owner.post("/sign-out")
    assert [sign_in(owner, north, OWNER, "a wrong password") for _ in range(5)] == [401] * 5
    assert sign_in(owner, north, OWNER) == 429
    assert attempt(north, OWNER, PASSWORD) == 200  # the network's is another


def test_a_browser_is_known_for_its_owner_alone(north: House) -> None:
    colleague = visit(north)
    form = {"email": north.email("admin"), "password": PASSWORD}
    assert colleague.post("/sign-in", form).status_code == 303
    colleague.post("/sign-out")
    for _ in range(5):
        sign_in(colleague, north, ATTACKER, "a wrong password")
    assert attempt(north, ATTACKER, PASSWORD) == 429


@pytest.mark.parametrize("forgery", ["invented", "of another organisation"])
def test_a_cookie_that_we_did_not_give_opens_no_door(
    north: House, harbour: House, forgery: str
) -> None:
    name, owner = north.app.config["DEVICE_COOKIE"], visit(harbour)
    assert sign_in(owner, harbour, OWNER) == 303
    kept = owner.client.get_cookie(name, domain=harbour.tenant.host)
    assert kept
    value = kept.value if forgery != "invented" else kept.value[:-2] + "xx"
    thief = visit(north)
    thief.client.set_cookie(name, value, domain=north.tenant.host)
    for _ in range(5):
        attempt(north, ATTACKER)
    assert sign_in(thief, north, ATTACKER) == 429


@pytest.mark.parametrize("known", [True, False])
def test_guessing_from_many_networks_ends_too(north: House, known: bool) -> None:
    email = north.email("librarian") if known else "nobody@north.example"
    owner = visit(north)
    with clock.held_at(NOON):
        assert sign_in(owner, north, OWNER) == 303
        owner.post("/sign-out")
        guess_from_everywhere(north, email)
        assert attempt(north, "192.0.2.1", PASSWORD, email) == 429
        assert sign_in(owner, north, OWNER) == 303
    with clock.held_at(NOON + timedelta(minutes=15, seconds=1)):
        assert attempt(north, "192.0.2.1", email=email) == 401
        assert attempt(north, "192.0.2.2", PASSWORD, email) == 429


def test_failures_are_forgotten_after_a_day(north: House) -> None:
    with clock.held_at(NOON):
        for _ in range(4):
            attempt(north, ATTACKER)
    with clock.held_at(NOON + timedelta(days=1, seconds=1)):
        for _ in range(4):
            assert attempt(north, ATTACKER) == 401
        assert attempt(north, ATTACKER, PASSWORD) == 200


def test_old_counts_are_thrown_away(north: House) -> None:
    with clock.held_at(NOON):
        attempt(north, ATTACKER)
    with clock.held_at(NOON + timedelta(hours=23)):
        attempt(north, OWNER)
    with north.app.app_context(), context.acting_for(north.tenant):
        with clock.held_at(NOON + timedelta(hours=25)):
            forget()
        with north.work("admin") as session:
            assert session.scalar(sa.select(sa.func.count(SignInFailure.id))) == 1


@pytest.mark.parametrize(
    ("ip", "whole"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_network_is_what_one_household_has(ip: str, whole: str) -> None:
    assert network(ip) == whole
