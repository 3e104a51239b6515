"""A request that is sent twice with one Idempotency-Key is done once."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.catalogue.models import Bib
from stackroom.core import clock
from stackroom.core.idempotency import KeptAnswer
from stackroom.testing.house import PASSWORD, Answer, Api, House

PATH = "/api/v1/bibs"
KEY = {"Idempotency-Key": "5f1c"}
EMMA = {"title": "Emma"}


def post(api: Api, **options: Any) -> Answer:
    return api.post(PATH, **{"json": EMMA, "headers": KEY, **options})


def titles(house: House) -> int:
    return int(house.api("librarian").get(PATH).json["total"])


def test_a_second_try_gets_the_first_answer_and_makes_nothing(north: House) -> None:
    api = north.api("librarian")
    first, second = post(api), post(api)
    assert first.status_code == second.status_code == 201
    assert first.data == second.data
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers[name] == second.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert titles(north) == 1


def test_without_a_key_each_request_is_its_own(north: House) -> None:
    api = north.api("librarian")
    post(api, headers={})
    post(api, headers={})
    assert titles(north) == 2


@pytest.mark.parametrize(
    "other", [{"json": {"title": "Persuasion"}}, {"query_string": {"from": "desk"}}]
)
def test_a_key_of_another_request_is_refused(north: House, other: dict[str, Any]) -> None:
    api = north.api("librarian")
    post(api)
    answer = post(api, **other)
    assert answer.status_code == 422
    assert answer.json["code"] == "idempotency_key_reused"
    assert titles(north) == 1


def test_a_refused_request_may_be_mended_under_its_key(north: House) -> None:
    api = north.api("librarian")
    assert post(api, json={"title": ""}).status_code == 422
    assert post(api).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "naïve"])
def test_a_key_that_cannot_be_kept_is_refused(north: House, key: str) -> None:
    answer = post(north.api("librarian"), headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json["code"] == "idempotency_key_invalid"
    assert titles(north) == 0


def test_a_key_belongs_to_one_caller(north: House) -> None:
    mine, theirs = post(north.api("librarian")), post(north.api("admin"))
    assert mine.json["id"] != theirs.json["id"]


def test_a_key_belongs_to_one_organisation(north: House, harbour: House) -> None:
    post(north.api("librarian"))
    answer = post(harbour.api("librarian"))
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers
    with harbour.work() as session:
        assert len(session.scalars(sa.select(KeptAnswer)).all()) == 1


def test_a_key_serves_again_after_a_day(north: House) -> None:
    api = north.api("librarian")
    post(api)
    with north.work() as session:
        kept = session.scalars(sa.select(KeptAnswer)).one()
        kept.kept_at = clock.now() - timedelta(hours=24, seconds=1)
    assert "Idempotency-Replayed" not in post(api).headers
    assert titles(north) == 2


def test_tokens_are_never_kept(north: House) -> None:
    """The sign-in carries a bearer token and a key, and yet each answer is a new one."""
    api = north.api("librarian")
    body = {"email": north.email("librarian"), "password": PASSWORD}
    first = api.post("/api/v1/auth/tokens", json=body, headers=KEY)
    second = api.post("/api/v1/auth/tokens", json=body, headers=KEY)
    assert first.json["refresh_token"] != second.json["refresh_token"]
    with north.work() as session:
        assert not session.scalars(sa.select(KeptAnswer)).all()


def test_of_two_at_the_same_time_one_does_the_work(north: House) -> None:
    clients = [north.api("librarian") for _ in range(4)]
    answers: list[Answer] = []
    threads = [Thread(target=lambda api=api: answers.append(post(api))) for api in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.data for answer in answers}) == 1
    with north.work() as session:
        assert len(session.scalars(sa.select(Bib)).all()) == 1
