"""A session that somebody else has prepared is never the one that is signed in."""

from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor, visit


def sign_in(visitor: Visitor, house: House, role: str) -> None:
    form = {"email": house.email(role), "password": PASSWORD}
    assert visitor.post("/sign-in", form).status_code == 303


def cookie(visitor: Visitor, house: House) -> str:
    kept = visitor.client.get_cookie(house.app.config["SIGN_IN_COOKIE"], domain=house.tenant.host)
    assert kept
    return kept.value


def test_signing_in_begins_a_session_of_its_own(north: House) -> None:
    """The attacker has planted their own session in the victim's browser."""
    attacker = visit(north, "librarian")
    planted = cookie(attacker, north)
    victim = visit(north)
    name = north.app.config["SIGN_IN_COOKIE"]
    victim.client.set_cookie(name, planted, domain=north.tenant.host)
    sign_in(victim, north, "admin")
    assert cookie(victim, north) != planted
    assert north.email("admin") in victim.get("/account").text
    assert attacker.get("/account").status_code == 303  # what was planted is closed


def test_each_sign_in_has_another_session(north: House) -> None:
    visitor = visit(north)
    seen = set()
    for _ in range(3):
        visitor.get("/account")
        sign_in(visitor, north, "admin")
        seen.add(cookie(visitor, north))
    assert len(seen) == 3


def test_a_session_that_is_invented_is_not_taken_on(north: House) -> None:
    visitor = visit(north)
    name = north.app.config["SIGN_IN_COOKIE"]
    visitor.client.set_cookie(name, "my-own-session", domain=north.tenant.host)
    sign_in(visitor, north, "admin")
    assert cookie(visitor, north) != "my-own-session"


def test_what_a_form_left_behind_ends_with_signing_in_and_out(north: House) -> None:
    """The CSRF token of before must not serve as that of the person who signs in after."""
    visitor = visit(north)
    visitor.get("/sign-in")
    before = visitor.token
    sign_in(visitor, north, "admin")
    visitor.token = before
    assert visitor.post("/account/sessions/close-others").status_code == 400
    visitor.get("/account")
    assert visitor.post("/account/sessions/close-others").status_code == 303
