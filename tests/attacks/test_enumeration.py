"""Who asks at the door whether somebody has an account, is told nothing: every public route that
takes an e-mail address answers a known one as an unknown one, and does the same costly work for
both. Drawn from the app."""

import secrets

import pytest

from stackroom.core.http import Stackroom
from stackroom.staff import service
from stackroom.staff.passwords import Passwords
from stackroom.staff.service import create_account
from stackroom.testing.house import PASSWORD, Answer, House, open_house
from stackroom.testing.isolation.asking import Told, Values, body, headers
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.ways import Way
from stackroom.testing.visitor import visit

KNOWN = {
    "an admin": ("admin", "not the password"),
    "a patron": ("patron", "not the password"),
    "somebody without a password": ("passwordless", "not the password"),
    "a closed account": ("closed", "not the password"),
    "a closed account and its own password": ("closed", PASSWORD),
}


class Counted(Passwords):
    """Hashes as ever, and counts: a clock would measure the machine."""

    def __init__(self, like: Passwords) -> None:
        self._hasher = like._hasher
        self.hashed = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return super().hash(password)

    def fits(self, stored: str, password: str) -> bool:
        self.hashed += 1
        return super().fits(stored, password)


@pytest.fixture(scope="module")
def house(app: Stackroom) -> House:
    found = open_house(app, "north")
    hashed = app.extensions["passwords"].hash(PASSWORD)
    with found.work("admin"):
        for name, stored in (("passwordless", ""), ("closed", hashed)):
            create_account(
                email=found.email(name), name=name, roles=["librarian"], password_hash=stored
            )
    with found.work("admin"):
        service.remove(found.account("closed"))
    return found


@pytest.fixture(scope="module")
def doors(ways: list[Way]) -> list[Way]:
    """Public, and asking for an e-mail address."""
    return [
        way
        for way in ways
        if way.writes and way.access.permission is None
        if any(field.name == "email" for field in way.fields)
    ]


@pytest.fixture
def counted(app: Stackroom, monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted(app.extensions["passwords"])
    monkeypatch.setitem(app.extensions, "passwords", found)
    return found


def ask(house: House, way: Way, email: str, password: str) -> Answer:
    place = "json" if way.content_type == "application/json" else "form"
    names = {field.name for field in way.fields if field.place == place}
    given = {"email": email, "password": password}
    values: Values = {(place, name): text for name, text in given.items() if name in names}
    sent = body(way, values)
    if way.is_api:
        return house.anonymous().request(way.method, way.rule.rule, headers=headers(way), **sent)
    visitor = visit(house)
    visitor.get("/sign-in")
    sent["data"]["csrf_token"] = visitor.token
    return visitor.request(way.method, way.rule.rule, headers=headers(way), **sent)


@pytest.mark.parametrize("known", KNOWN)
def test_a_known_address_answers_as_an_unknown_one(
    house: House, doors: list[Way], counted: Counted, known: str, matrix: Recording
) -> None:
    """Status, headers and bytes; and as many passwords are hashed."""
    name, password = KNOWN[known]
    with matrix("attack", at_least=2) as found:
        for way in doors:
            answers: list[tuple[Told, list[str], int]] = []
            for email in (house.email(name), house.email(f"nobody-{secrets.token_hex(4)}")):
                before = counted.hashed
                answer = ask(house, way, email, password)
                hashes = counted.hashed - before
                answers.append((Told.of(answer, email), sorted(answer.headers.keys()), hashes))
            (told, names, hashes), (nobody, theirs, none) = answers
            leak = told.differs_from(nobody) or f"headers {names} {theirs}" * (names != theirs)
            leak = leak or f"{hashes} hashes, not {none}" * (hashes != none)
            found.note(way.rule.rule, way.method, f"enumeration: {known}", leak, f"{none} hashes")


def test_a_door_that_answers_sooner_for_nobody_would_be_found(
    house: House, doors: list[Way], counted: Counted
) -> None:
    """The count is of what the sign-in really does."""
    assert {"POST /api/v1/auth/tokens", "POST /sign-in"} <= {str(way) for way in doors}
    before = counted.hashed
    ask(house, doors[0], house.email("nobody"), "not the password")
    assert counted.hashed == before + 1
