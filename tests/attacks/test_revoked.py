"""Every route, asked with a token and a cookie that were good a moment ago: after each way of
taking access back, the next request is refused and changes nothing. Drawn from the app."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.staff import own_account, service, sign_in, tokens
from stackroom.staff.models import Account, CustomRole, RoleGrant, SignInSession
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import House, open_house
from stackroom.testing.isolation.asking import Asker, Values, drawn, own_values
from stackroom.testing.isolation.callers import NOBODY, STAFF, fault, is_open_to_all
from stackroom.testing.isolation.results import Matrix, Recording
from stackroom.testing.isolation.snapshot import changed, snapshot
from stackroom.testing.isolation.ways import Way

DAY = timedelta(days=1)
Plan = list[tuple[Way, Values]]
numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Leaver:
    """May everything, until that is taken back."""

    house: House
    name: str
    session_id: UUID
    refresh_token: str
    token: str

    @property
    def account(self) -> Account:
        return self.house.account(self.name)

    @property
    def session(self) -> SignInSession:
        return db.session.get_one(SignInSession, (self.house.tenant.id, self.session_id))

    @property
    def role(self) -> CustomRole:
        return db.session.scalars(sa.select(CustomRole).filter_by(key=self.name)).one()


def hire(house: House) -> Leaver:
    name = f"leaver-{next(numbers)}"
    with house.work("admin"):
        everything = [known.key for known in registry.permissions]
        role = CustomRole(key=name, name=name, sentence="-", permissions=everything)
        account = Account(email=house.email(name), name=name, password_hash="!")
        account.grants = [RoleGrant(role=name)]
        db.session.add_all([role, account])
    with house.work("admin"):
        opened = sign_in.open_session(house.account(name), DAY)
        token = tokens.issue(opened.account.id, opened.session.id, DAY)
        return Leaver(house, name, opened.session.id, opened.refresh_token, token)


def session_runs_out(leaver: Leaver) -> None:
    leaver.session.expires_at = clock.now()


def role_runs_out(leaver: Leaver) -> None:
    leaver.account.grants[0].until = clock.now()


def role_is_emptied(leaver: Leaver) -> None:
    leaver.role.permissions = []


Act = Callable[[Leaver], object]
CLOSING: dict[str, Act] = {
    "signed out": lambda it: sign_in.sign_out(it.session_id),
    "signed out by another device": lambda it: own_account.close_session(
        it.account.id, it.session_id
    ),
    "signed out everywhere": lambda it: sign_in.close_sessions(it.account.id),
    "the session has run out": session_runs_out,
    "the account is closed": lambda it: service.remove(it.account),
}
WITHDRAWING: dict[str, Act] = {
    "all roles are withdrawn": lambda it: service.change(it.account, roles=[]),
    "the role has run out": role_runs_out,
    "the role confers nothing any more": role_is_emptied,
}


@pytest.fixture(scope="module")
def house(app: Stackroom) -> House:
    found = open_house(app, "north")
    furnish_every_table(found)
    return found


@pytest.fixture(scope="module")
def plan(house: House) -> Plan:
    closed = [way for way in drawn(house) if not is_open_to_all(house, way)]
    asker = Asker(house)
    return [(way, (v := own_values(house, way)) | asker.revision(way, v)) for way in closed]


def test_it_was_good_a_moment_ago(house: House) -> None:
    """What is refused below proves something."""
    leaver = hire(house)
    for path in ("/api/v1/staff", "/api/v1/imports", "/api/v1/me"):
        asked = house.anonymous()
        asked.token = leaver.token
        assert asked.get(path).status_code == 200


@pytest.mark.parametrize("act", [*CLOSING, *WITHDRAWING])
def test_after_it_no_route_answers(house: House, plan: Plan, act: str, matrix: Recording) -> None:
    leaver = hire(house)
    with house.work("admin"):
        (CLOSING | WITHDRAWING)[act](leaver)
    caller = NOBODY if act in CLOSING else STAFF
    with matrix("revoked", at_least=200) as found:
        refused_everywhere(leaver, plan, caller, act, found)


def test_a_stolen_refresh_token_takes_everything_of_its_family_with_it(
    house: House, plan: Plan, matrix: Recording
) -> None:
    """The thief was first; when the owner's device refreshes, both are out, and so are the access
    tokens and the cookie of the same sign-in."""
    leaver = hire(house)
    refresh = "/api/v1/auth/tokens/refresh"
    stolen = {"refresh_token": leaver.refresh_token}
    thief, owner = (house.anonymous().post(refresh, json=stolen) for _ in range(2))
    assert (thief.status_code, owner.status_code) == (200, 401)
    theirs = {"refresh_token": thief.json["refresh_token"]}
    assert house.anonymous().post(refresh, json=theirs).status_code == 401
    with matrix("revoked", at_least=200) as found:
        for token in (leaver.token, thief.json["access_token"]):
            whose = "the owner's" if token == leaver.token else "the thief's"
            gone = Leaver(house, leaver.name, leaver.session_id, "", token)
            refused_everywhere(gone, plan, NOBODY, f"a family of refresh tokens: {whose}", found)


def refused_everywhere(leaver: Leaver, plan: Plan, caller: str, act: str, found: Matrix) -> None:
    """By bearer token at the API, and by cookie wherever there is a route."""
    asker, before = Asker(leaver.house), snapshot(leaver.house)
    for way, values in plan:
        if way.is_api:
            answer = asker.ask(way, values, token=leaver.token)
            leak = fault(leaver.house, way, caller, answer)
            found.note(way.rule.rule, way.method, f"by token, {act}", leak)
        answer = asker.ask(way, values, token="", cookie=leaver.token)
        leak = fault(leaver.house, way, caller, answer)
        found.note(way.rule.rule, way.method, f"by cookie, {act}", leak)
    tables = changed(before, snapshot(leaver.house))
    found.note("all tables", "any", act, f"changes {tables}" * bool(tables))
