"""Browsers that are known again, and mail about those that are not."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.staff.security.models import KnownDevice
from stackroom.staff.security.tasks import forget
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor, visit
from tenants import context

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
Mailbox = Callable[..., list[EmailMessage]]


def sign_in(visitor: Visitor, house: House, program: str = FIREFOX, role: str = "admin") -> None:
    form = {"email": house.email(role), "password": PASSWORD}
    answer = visitor.post("/sign-in", form, headers={"User-Agent": program})
    assert answer.status_code == 303, answer.text


def sign_in_over_api(house: House, program: str, ip: str = "192.0.2.1") -> None:
    body = {"email": house.email("admin"), "password": PASSWORD}
    options: dict[str, Any] = {"headers": {"User-Agent": program}}
    house.anonymous().post(
        "/api/v1/auth/tokens", json=body, environ_base={"REMOTE_ADDR": ip}, **options
    )


def new_devices(mailbox: Mailbox, house: House, role: str = "admin") -> int:
    return len(mailbox(house, role, "A new sign-in"))


def test_the_first_sign_in_is_no_news_and_the_second_browser_is(
    north: House, mailbox: Mailbox
) -> None:
    sign_in(visit(north), north)
    assert new_devices(mailbox, north) == 0
    sign_in(visit(north), north, SAFARI)
    (mail,) = mailbox(north, "admin", "A new sign-in")
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body
        text = body.get_content()
        assert "Safari on iPhone" in text
        assert "127.0.0.1" in text
        assert f"{north.app.settings.origin(north.tenant.host)}/forgot-password" in text


def test_the_same_browser_is_no_news_again(north: House, mailbox: Mailbox) -> None:
    here, there = visit(north), visit(north)
    for visitor in (here, there, here, there):
        sign_in(visitor, north)
        visitor.post("/sign-out")
    assert new_devices(mailbox, north) == 1


def test_each_person_of_a_shared_browser_has_their_own(north: House, mailbox: Mailbox) -> None:
    desk = visit(north)
    for role in ("admin", "librarian"):
        sign_in(desk, north, role=role)
        desk.post("/sign-out")
    assert new_devices(mailbox, north, "librarian") == 0
    sign_in(visit(north), north, role="librarian")
    assert new_devices(mailbox, north, "librarian") == 1


def test_a_program_is_known_by_its_name_and_network(north: House, mailbox: Mailbox) -> None:
    for ip in ("192.0.2.1", "192.0.2.9"):
        sign_in_over_api(north, "inventory/2.1", ip)
    assert new_devices(mailbox, north) == 0
    sign_in_over_api(north, "inventory/2.1", "198.51.100.1")
    assert new_devices(mailbox, north) == 1
    sign_in_over_api(north, "other/1.0")
    assert new_devices(mailbox, north) == 2


def test_a_new_device_is_in_the_trail(
    north: House, told: Callable[..., list[dict[str, Any]]]
) -> None:
    sign_in(visit(north), north)
    sign_in(visit(north), north, SAFARI)
    (met,) = told(north, "auth.device_met")
    assert (met["actor"]["label"], met["channel"]) == ("Ada Admin", "web")


def test_the_browser_that_chose_a_new_password_is_no_news(
    north: House, mailbox: Mailbox, link: Callable[[House, str], str]
) -> None:
    sign_in(visit(north), north)
    visitor = visit(north)
    visitor.post("/forgot-password", {"email": north.email("admin")})
    form = {"token": link(north, "admin"), "new_password": "other quiet words"}
    assert visitor.post("/reset-password", form).status_code == 303
    form = {"email": north.email("admin"), "password": "other quiet words"}
    assert visitor.post("/sign-in", form).status_code == 303
    assert new_devices(mailbox, north) == 0


def test_the_cookie_is_out_of_reach_and_outlives_signing_out(north: House) -> None:
    visitor, name = visit(north), north.app.config["DEVICE_COOKIE"]
    form = {"email": north.email("admin"), "password": PASSWORD}
    answer = visitor.post("/sign-in", form)
    (given,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{name}=")]
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert f"Max-Age={400 * 24 * 3600}" in given
    visitor.post("/sign-out")
    assert visitor.client.get_cookie(name, domain=north.tenant.host)


def test_only_a_hash_of_the_cookie_is_kept(north: House) -> None:
    visitor, name = visit(north), north.app.config["DEVICE_COOKIE"]
    sign_in(visitor, north)
    cookie = visitor.client.get_cookie(name, domain=north.tenant.host)
    assert cookie
    with north.work("admin") as session:
        (kept,) = session.scalars(sa.select(KnownDevice.device_hash)).all()
    assert kept not in cookie.value
    assert len(kept) == 64


def test_a_browser_not_seen_for_so_long_is_forgotten(north: House) -> None:
    sign_in(visit(north), north)
    with north.app.app_context(), context.acting_for(north.tenant):
        with clock.held_at(clock.now() + timedelta(days=399)):
            forget()
        with north.work("admin") as session:
            assert session.scalar(sa.select(sa.func.count(KnownDevice.id))) == 1
        with clock.held_at(clock.now() + timedelta(days=401)):
            forget()
    with north.work("admin") as session:
        assert session.scalar(sa.select(sa.func.count(KnownDevice.id))) == 0


def test_a_suspended_organisation_still_tells(north: House, mailbox: Mailbox) -> None:
    sign_in(visit(north), north)
    north.suspend()
    sign_in(visit(north), north)
    assert new_devices(mailbox, north) == 1


@pytest.mark.parametrize("role", ["admin", "patron"])
def test_everybody_is_told(north: House, mailbox: Mailbox, role: str) -> None:
    for _ in range(2):
        sign_in(visit(north), north, role=role)
    assert new_devices(mailbox, north, role) == 1
