"""Nobody learns who has an account: not by what is said, nor by the work that is done."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from stackroom.core import heavy
from stackroom.staff.models import SignInFailure
from stackroom.testing.house import PASSWORD, Answer, House
from stackroom.testing.visitor import visit

WRONG = "a wrong password"
WHO = ("known", "unknown", "closed")


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the slow work that is done, each done in full as well."""
    done: list[str] = []
    run = heavy.run

    def noted(work, *args, **kwargs):  # type: ignore[no-untyped-def]
        done.append(work.__name__)
        return run(work, *args, **kwargs)

    monkeypatch.setattr(heavy, "run", noted)
    return done


@pytest.fixture
def statements(north: House) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(north.engine, "before_cursor_execute", note)
    yield asked
    event.remove(north.engine, "before_cursor_execute", note)


def address(house: House, who: str) -> str:
    if who == "closed":
        with house.work("admin"):
            house.account("auditor").active = False
    role = {"known": "librarian", "closed": "auditor"}.get(who, "nobody")
    return house.email(role)


def told(answer: Answer, email: str) -> tuple[int, str, frozenset[str]]:
    """Without what differs from one request to the next."""
    text = re.sub(r'"request_id": ?"[^"]+"|nonce="[^"]+"|csrf[-_]token"[^>]+', "", answer.text)
    return answer.status_code, text.replace(email, ""), frozenset(answer.headers.keys())


def ask_api(house: House, path: str, body: dict[str, str]) -> Answer:
    return house.anonymous().post(path, json=body)


def test_signing_in_says_the_same_to_everybody(north: House) -> None:
    answers = set()
    for who in WHO:
        email = address(north, who)
        over_api = ask_api(north, "/api/v1/auth/tokens", {"email": email, "password": WRONG})
        by_page = visit(north).post("/sign-in", {"email": email, "password": WRONG})
        answers.add((told(over_api, email), told(by_page, email)))
    assert len(answers) == 1


def test_even_with_the_right_password_a_closed_account_is_told_no_more(north: House) -> None:
    email = address(north, "closed")
    right = ask_api(north, "/api/v1/auth/tokens", {"email": email, "password": PASSWORD})
    wrong = ask_api(north, "/api/v1/auth/tokens", {"email": email, "password": WRONG})
    assert told(right, email) == told(wrong, email)


@pytest.mark.parametrize("who", WHO)
def test_signing_in_hashes_once_whoever_it_is(north: House, who: str, hashes: list[str]) -> None:
    email = address(north, who)
    ask_api(north, "/api/v1/auth/tokens", {"email": email, "password": WRONG})
    assert hashes == ["verify"]


def test_signing_in_asks_the_database_the_same_whoever_it_is(
    north: House, statements: list[str]
) -> None:
    asked = []
    for who in WHO:
        email = address(north, who)
        visitor = visit(north)
        visitor.get("/sign-in")
        statements.clear()
        visitor.post("/sign-in", {"email": email, "password": WRONG})
        asked.append([s for s in statements if "role_grants" not in s])  # come with an account
    assert asked[0] == asked[1] == asked[2]


def test_a_reset_says_the_same_to_everybody(north: House) -> None:
    answers = set()
    for who in WHO:
        email = address(north, who)
        over_api = ask_api(north, "/api/v1/auth/password-resets", {"email": email})
        by_page = visit(north).post("/forgot-password", {"email": email})
        answers.add((told(over_api, email), told(by_page, email)))
    assert len(answers) == 1


def test_a_reset_does_the_same_work_whoever_it_is(
    north: House, statements: list[str], hashes: list[str]
) -> None:
    """Nobody is looked up before the answer has gone out."""
    asked = []
    visit(north).get("/sign-in")  # from now on the host is known
    for who in WHO:
        email = address(north, who)
        statements.clear()
        ask_api(north, "/api/v1/auth/password-resets", {"email": email})
        asked.append(list(statements))
    assert asked[0] == asked[1] == asked[2]
    assert not any("accounts" in statement for statement in asked[0])
    assert hashes == []


@pytest.mark.parametrize("who", WHO)
def test_failures_are_counted_for_everybody(north: House, who: str) -> None:
    email = address(north, who)
    ask_api(north, "/api/v1/auth/tokens", {"email": email, "password": WRONG})
    with north.work("admin") as session:
        assert session.scalars(sa.select(SignInFailure.failures)).all() == [1]
