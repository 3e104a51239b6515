"""Whatever is taken back reaches open sockets as it is committed, long before they are looked at in
turn: a real server in this process, real clients over websockets."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Conflict
from stackroom.core.pagination import PageQuery
from stackroom.operators.support.models import SupportGrant
from stackroom.realtime.news import publish
from stackroom.staff import own_account, service, sign_in
from stackroom.testing.console import enter, hire
from stackroom.testing.furnish import furnish
from stackroom.testing.house import House
from stackroom.testing.isolation.references import row_id
from stackroom.testing.listening import PATIENCE, Listener

Listen = Callable[..., Listener]
STILL = 0.3  # seconds in which a socket that is cut off by mistake would have been so


@pytest.fixture(autouse=True)
def seldom_checked(north: House) -> None:
    assert north.app.settings.socket_check_seconds > PATIENCE, "a check in turn could be the reason"


def by_another_device(house: House) -> None:
    librarian = house.account("librarian").id
    for session in own_account.sessions(librarian, PageQuery()).items:
        own_account.close_session(librarian, session.id)


def by_a_new_password(house: House) -> None:
    account = house.account("librarian")
    present = sign_in.open_session(account, timedelta(hours=1)).session.id
    sign_in.close_sessions(account.id, but=present)


ACTS: dict[str, Callable[[House], object]] = {
    "signed out by another device": by_another_device,
    "signed out everywhere": by_a_new_password,
    "account closed": lambda house: service.remove(house.account("librarian")),
    "role withdrawn": lambda house: service.change(house.account("librarian"), roles=["patron"]),
}


@pytest.mark.parametrize("act", ACTS)
def test_it_cuts_off_at_once(north: House, harbour: House, listen: Listen, act: str) -> None:
    furnish(north)
    page, neighbour = listen(north), listen(harbour)
    assert page.join("import", row_id(north, "import_jobs")) == {"joined": "import"}
    with north.work("admin"):
        ACTS[act](north)
    assert page.cut_off.wait(PATIENCE)
    assert not neighbour.cut_off.wait(STILL)


def test_signing_out_cuts_off_that_device_alone(north: House, listen: Listen) -> None:
    page, other = listen(north), listen(north)
    with north.work("librarian"):
        sessions = own_account.sessions(north.account("librarian").id, PageQuery()).items
        first = min(sessions, key=lambda one: one.created_at)
        sign_in.sign_out(first.id)
    assert page.cut_off.wait(PATIENCE)
    assert not other.cut_off.wait(STILL)


def test_a_refresh_token_used_twice_cuts_its_family_off(north: House, port: int) -> None:
    with north.work("librarian"):
        stolen = sign_in.open_session(north.account("librarian"), timedelta(days=1)).refresh_token
    refresh = "/api/v1/auth/tokens/refresh"
    fresh = north.anonymous().post(refresh, json={"refresh_token": stolen}).json["access_token"]
    page = Listener(port, north.tenant.host, {"Authorization": f"Bearer {fresh}"})
    again = north.anonymous().post(refresh, json={"refresh_token": stolen})
    assert again.status_code == 401
    assert page.cut_off.wait(PATIENCE)


def test_one_who_loses_nothing_by_it_goes_on_listening(north: House, listen: Listen) -> None:
    furnish(north)
    job = row_id(north, "import_jobs")
    page = listen(north)
    page.join("import", job)
    with north.work("admin"):
        service.change(north.account("librarian"), roles=["auditor"])
    assert not page.cut_off.wait(STILL)
    with north.work("admin"):
        publish("import", UUID(job), {"read": 1})
    assert page.hear()["data"] == {"read": 1}


def test_what_is_rolled_back_takes_nothing_from_anybody(north: House, listen: Listen) -> None:
    page = listen(north)
    with pytest.raises(Conflict):
        withdraw_and_fail(north)
    assert not page.cut_off.wait(STILL)


def withdraw_and_fail(house: House) -> None:
    with house.work("admin"):
        service.remove(house.account("librarian"))
        raise Conflict("no")


@pytest.fixture
def support(north: House, port: int) -> Iterator[Listener]:
    """An operator with an open socket in an organisation that lets them in."""
    furnish(north)
    inside = enter(hire(north.app), north)
    name = north.app.config["SUPPORT_COOKIE"]
    cookie = inside.client.get_cookie(name, domain=north.tenant.host)
    assert cookie
    page = Listener(port, north.tenant.host, {"Cookie": f"{name}={cookie.value}"})
    yield page
    page.leave()


def test_a_consent_taken_back_cuts_support_off(north: House, support: Listener) -> None:
    with north.work("admin"):
        db.session.get_one(
            SupportGrant, (north.tenant.id, UUID(row_id(north, "support_grants")))
        ).revoked_at = clock.now()
    assert support.cut_off.wait(PATIENCE)
