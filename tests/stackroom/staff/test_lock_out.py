"""Guessing passwords: no answer tells more than another, and soon there is none."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from stackroom.core import clock
from stackroom.staff import sign_in
from stackroom.staff.errors import InvalidCredentials
from stackroom.staff.passwords import Passwords
from stackroom.testing.house import PASSWORD, Answer, House

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def attempt(house: House, email: str, password: str = "a wrong password") -> Answer:
    body = {"email": email, "password": password}
    return house.anonymous().post("/api/v1/auth/tokens", json=body)


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(north: House) -> None:
    unknown = attempt(north, "nobody@north.example")
    wrong = attempt(north, north.email("admin"))
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json.pop("request_id") != wrong.json.pop("request_id")
    assert {**unknown.json, "request_id": ""} == {**wrong.json, "request_id": ""}
    assert set(unknown.headers.keys()) == set(wrong.headers.keys())


def test_an_unknown_address_takes_as_long_as_a_wrong_password(north: House) -> None:
    """With a hash that costs milliseconds, skipping it would show."""
    costly = Passwords(memory_kib=4096, time=2)
    costly.fits("", "the decoy is made at the first use")
    with north.work("admin"):
        north.account("admin").password_hash = costly.hash(PASSWORD)

    def seconds(email: str) -> float:
        begun = time.perf_counter()
        with pytest.raises(InvalidCredentials), north.work("admin"):
            sign_in.confirm(email, "a wrong password", passwords=costly)
        return time.perf_counter() - begun

    four = [(seconds(f"nobody{n}@north.example"), seconds(north.email("admin"))) for n in range(4)]
    unknown, wrong = (statistics.median(column) for column in zip(*four, strict=True))
    assert 0.4 < unknown / wrong < 2.5


@pytest.mark.parametrize("known", [True, False])
def test_five_failures_lock_known_and_unknown_addresses_alike(north: House, known: bool) -> None:
    email = north.email("admin") if known else "nobody@north.example"
    with clock.held_at(NOON):
        assert [attempt(north, email).status_code for _ in range(5)] == [401] * 5
        locked = attempt(north, email, PASSWORD)
    assert locked.status_code == 429
    assert locked.json["code"] == "locked_out"
    assert locked.headers["Retry-After"] == "61"


def test_the_lock_opens_and_grows_with_each_further_failure(north: House) -> None:
    email, at = north.email("admin"), NOON
    with clock.held_at(at):
        for _ in range(5):
            attempt(north, email)
    for minutes in (1, 2, 4, 8, 15, 15):
        with clock.held_at(at + timedelta(minutes=minutes, seconds=-1)):
            assert attempt(north, email, PASSWORD).status_code == 429
        at += timedelta(minutes=minutes, seconds=1)
        with clock.held_at(at):
            assert attempt(north, email).status_code == 401


def test_signing_in_forgets_the_failures(north: House) -> None:
    email = north.email("admin")
    for _ in range(2):
        for _ in range(4):
            assert attempt(north, email).status_code == 401
        assert attempt(north, email, PASSWORD).status_code == 200


def test_a_lock_at_one_organisation_is_none_at_another(north: House, harbour: House) -> None:
    for _ in range(6):
        attempt(north, "ada@both.example")
    assert attempt(harbour, "ada@both.example").status_code == 401


def test_spelling_the_address_differently_does_not_avoid_the_lock(north: House) -> None:
    email = north.email("admin")
    for spelling in (email, email.upper(), f" {email} ", email.title(), email):
        attempt(north, spelling)
    assert attempt(north, email, PASSWORD).status_code == 429


def test_a_hundred_failures_still_lock(north: House) -> None:
    """The length of the lock must not outgrow what a date can hold."""
    email, at = north.email("admin"), NOON
    for _ in range(100):
        with clock.held_at(at):
            assert attempt(north, email).status_code == 401
        at += timedelta(minutes=16)


def test_a_hash_of_other_cost_is_renewed_at_sign_in(north: House) -> None:
    costlier = Passwords(memory_kib=16, time=1)
    with north.work("admin"):
        before = north.account("admin").password_hash
        sign_in.recognise(north.email("admin"), PASSWORD, passwords=costlier)
    with north.work("admin"):
        after = north.account("admin").password_hash
    assert before != after
    assert "m=16," in after
    assert attempt(north, north.email("admin"), PASSWORD).status_code == 200


@pytest.mark.parametrize("known", [True, False])
def test_failures_at_the_same_moment_are_all_counted(north: House, known: bool) -> None:
    email = north.email("admin") if known else "nobody@north.example"
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda _: attempt(north, email).status_code, range(5)))
    assert statuses == [401] * 5
    assert attempt(north, email, PASSWORD).status_code == 429
