"""Somebody plants cookies in a browser before its owner signs in, and hopes to share what comes of
it. After the sign-in none of them is worth anything."""

from datetime import timedelta

import pytest

from stackroom.staff import sign_in, tokens
from stackroom.testing.house import PASSWORD, Answer, House
from stackroom.testing.visitor import Visitor, visit

COOKIES = ("SIGN_IN_COOKIE", "SESSION_COOKIE_NAME", "SUPPORT_COOKIE")


def cookies(visitor: Visitor) -> dict[str, str]:
    app = visitor.client.application
    found = {}
    for name in COOKIES:
        held = visitor.client.get_cookie(app.config[name], domain=visitor.host)
        if held:
            found[name] = held.value
    return found


def planted(house: House, kept: dict[str, str]) -> Visitor:
    """A browser with somebody else's cookies."""
    visitor = visit(house)
    for name, value in kept.items():
        visitor.client.set_cookie(house.app.config[name], value, domain=visitor.host)
    return visitor


def signs_in(visitor: Visitor, house: House, role: str = "admin") -> Answer:
    visitor.get("/sign-in")
    form = {"email": house.email(role), "password": PASSWORD}
    return visitor.post("/sign-in", form)


@pytest.fixture
def attacker(north: House) -> Visitor:
    """Has looked at the door, and is signed in as a patron."""
    visitor = visit(north, "patron")
    visitor.get("/start")
    return visitor


def test_what_was_planted_is_replaced_at_sign_in(north: House, attacker: Visitor) -> None:
    before = cookies(attacker)
    assert set(before) >= {"SIGN_IN_COOKIE", "SESSION_COOKIE_NAME"}
    victim = planted(north, before | {"SUPPORT_COOKIE": "planted"})
    victim.get("/sign-in")
    form = {"email": north.email("admin"), "password": PASSWORD, "csrf_token": attacker.token}
    signed_in = victim.request("POST", "/sign-in", data=form)
    assert signed_in.status_code == 303
    after = cookies(victim)
    assert after["SIGN_IN_COOKIE"] != before["SIGN_IN_COOKIE"]
    assert after.get("SESSION_COOKIE_NAME") != before["SESSION_COOKIE_NAME"]


def test_whoever_planted_it_is_not_in(north: House, attacker: Visitor) -> None:
    """Nor with the session that they had: the sign-in has closed it."""
    kept = cookies(attacker)
    victim = planted(north, kept)
    assert signs_in(victim, north).status_code in (302, 303)
    for name in COOKIES[:2]:
        thief = planted(north, {name: kept[name]} if name in kept else {})
        assert thief.get("/start").location.startswith("/sign-in")


def test_a_forms_token_from_before_is_void_after(north: House) -> None:
    """The attacker knew it, for they planted the cookie that it belongs to."""
    attacker = visit(north)
    attacker.get("/sign-in")
    kept = cookies(attacker)
    victim = planted(north, kept)
    form = {"email": north.email("admin"), "password": PASSWORD, "csrf_token": attacker.token}
    assert victim.request("POST", "/sign-in", data=form).status_code == 303
    forged = victim.request("POST", "/sign-out", data={"csrf_token": attacker.token})
    assert forged.status_code == 400
    assert victim.get("/start").status_code == 200


def test_a_session_id_that_the_client_chooses_is_not_taken(north: House) -> None:
    """Not in the address, not in a form, not in the body of the API."""
    with north.work("patron"):
        opened = sign_in.open_session(north.account("patron"), timedelta(hours=1))
        chosen, refresh = str(opened.session.id), opened.refresh_token
        token = tokens.issue(opened.account.id, opened.session.id, timedelta(hours=1))
    victim = visit(north)
    form = {
        "email": north.email("admin"),
        "password": PASSWORD,
        "session_id": chosen,
        "sid": chosen,
    }
    victim.get(f"/sign-in?session_id={chosen}&sid={chosen}")
    victim.post(f"/sign-in?session_id={chosen}", form)
    me = north.anonymous()
    me.token = token
    assert me.get("/api/v1/me").json["roles"] == ["patron"]
    body = {"refresh_token": refresh}
    fresh = north.anonymous().post("/api/v1/auth/tokens/refresh", json=body).json
    me.token = fresh["access_token"]
    assert me.get("/api/v1/me").json["roles"] == ["patron"]


def test_signing_out_leaves_nothing_to_plant(north: House) -> None:
    visitor = visit(north, "librarian")
    visitor.get("/start")
    kept = cookies(visitor)
    visitor.post("/sign-out")
    assert "SIGN_IN_COOKIE" not in cookies(visitor)
    assert planted(north, kept).get("/start").location.startswith("/sign-in")
