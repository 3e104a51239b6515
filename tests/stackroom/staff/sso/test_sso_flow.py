"""The way out and back: what is sent, and what comes of answers that do not belong to it."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from stackroom.core import clock
from stackroom.staff.sso.sealing import Broken, Seal
from stackroom.testing.house import House
from stackroom.testing.identity_provider import CLIENT_ID, IdentityProvider
from stackroom.testing.name_server import NameServer
from stackroom.testing.sso import change, come, email_of, events, go, knows, own_domain, trust
from stackroom.testing.visitor import Visitor, visit

COOKIE = "stackroom_sso"


@pytest.fixture
def trusted(north: House, idp: IdentityProvider, dns: NameServer) -> Any:
    own_domain(north, dns)
    knows(idp, "lena", north.email("librarian"))
    return trust(north, idp, link_by_email=True)


def cookie_of(visitor: Visitor) -> str:
    found = visitor.client.get_cookie(COOKIE, domain=visitor.host)
    return found.value if found else ""


def put_cookie(visitor: Visitor, value: str) -> None:
    visitor.client.set_cookie(COOKIE, value, domain=visitor.host)


def test_what_is_sent_out_asks_for_a_code_and_names_the_stored_host(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    visitor = visit(north)
    answer = visitor.get(f"/sign-in/with/{trusted['id']}")
    address = urlsplit(answer.headers["Location"])
    sent = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{idp.issuer}/authorize"
    assert sent["response_type"] == "code"
    assert sent["client_id"] == CLIENT_ID
    assert sent["code_challenge_method"] == "S256"
    assert {"openid", "email"} <= set(sent["scope"].split())
    expected = f"{north.app.settings.origin(north.tenant.host)}/sign-in/callback"
    assert sent["redirect_uri"] == trusted["redirect_uri"] == expected
    assert min(len(sent[name]) for name in ("state", "nonce", "code_challenge")) >= 32
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Max-Age=600"))
    assert sent["nonce"] not in cookie
    again = parse_qs(urlsplit(go(visitor, trusted)).query)
    assert again["state"][0] != sent["state"]
    assert again["nonce"][0] != sent["nonce"]


def test_an_answer_serves_once_even_where_the_cookie_is_put_back(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    visitor = visit(north)
    back = idp.sign_in(go(visitor, trusted), "lena")
    cookie = cookie_of(visitor)
    assert visitor.get(back).status_code == 303
    assert cookie_of(visitor) == ""
    thief = visit(north)
    assert "sso_flow_lost" in thief.get(back).text
    put_cookie(thief, cookie)
    answer = thief.get(back)
    assert (answer.status_code, "sso_flow_used" in answer.text) == (403, True)
    assert email_of(thief) == ""


def test_a_code_serves_once_at_the_provider(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    """A stolen code in a flow of the thief's own: neither nonce nor verifier fit."""
    victim, thief = visit(north), visit(north)
    stolen = idp.sign_in(go(victim, trusted), "lena")
    code = parse_qs(urlsplit(stolen).query)["code"][0]
    state = parse_qs(urlsplit(go(thief, trusted)).query)["state"][0]
    answer = thief.get(f"/sign-in/callback?code={code}&state={state}")
    assert (answer.status_code, "sso_answer_untrue" in answer.text) == (403, True)
    assert email_of(thief) == ""


def test_nobody_is_signed_in_as_somebody_else_by_a_link(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    """Login CSRF: the attacker's own answer, planted in the victim's browser."""
    attacker, victim = visit(north), visit(north)
    planted = idp.sign_in(go(attacker, trusted), "lena")
    assert "sso_flow_lost" in victim.get(planted).text
    go(victim, trusted)  # a sign-in of the victim's own is under way
    assert "sso_flow_lost" in victim.get(planted).text
    assert email_of(victim) == ""


def test_a_flow_of_one_organisation_is_none_at_another(
    north: House, harbour: House, idp: IdentityProvider, trusted: Any
) -> None:
    """As a sibling subdomain could plant the cookie where there is no TLS."""
    visitor, elsewhere = visit(north), visit(harbour)
    back = idp.sign_in(go(visitor, trusted), "lena")
    put_cookie(elsewhere, cookie_of(visitor))
    assert "sso_flow_lost" in elsewhere.get(back).text


@pytest.mark.parametrize("cookie", ["", "x", "gAAAAAB" + "x" * 100, "é"])
def test_a_cookie_that_we_have_not_sealed_is_none(north: House, trusted: Any, cookie: str) -> None:
    visitor = visit(north)
    put_cookie(visitor, cookie)
    answer = visitor.get("/sign-in/callback?code=x&state=y")
    assert (answer.status_code, "sso_flow_lost" in answer.text) == (403, True)


def test_a_secret_sealed_for_the_database_is_no_cookie() -> None:
    key = "a secret key of some length, for this test"
    sealed = Seal(key, "client secret").close("{}")
    assert Seal(key, "client secret").open(sealed) == "{}"
    with pytest.raises(Broken):
        Seal(key, "sign-in under way").open(sealed)


def test_a_flow_ends_after_ten_minutes(north: House, idp: IdentityProvider, trusted: Any) -> None:
    visitor = visit(north)
    back = idp.sign_in(go(visitor, trusted), "lena")
    with clock.held_at(clock.now() + timedelta(minutes=11)):
        assert "sso_flow_lost" in visitor.get(back).text


def test_an_answer_of_another_provider_is_not_taken(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    """Mix-up (RFC 9207)."""
    visitor = visit(north)
    back = idp.sign_in(go(visitor, trusted), "lena")
    answer = visitor.get(f"{back}&iss=https%3A%2F%2Felsewhere.example")
    assert (answer.status_code, "sso_answer_untrue" in answer.text) == (403, True)
    assert "/token" not in idp.asked  # the code went nowhere


def test_a_provider_that_says_it_names_itself_must(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    idp.names_itself = True
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    visitor = visit(north)
    back = idp.sign_in(go(visitor, trusted), "lena")
    answer = visitor.get(back.partition("&iss=")[0])
    assert (answer.status_code, "sso_answer_untrue" in answer.text) == (403, True)


def test_saying_no_at_the_provider_is_told(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    visitor = visit(north)
    state = parse_qs(urlsplit(go(visitor, trusted)).query)["state"][0]
    answer = visitor.get(f"/sign-in/callback?error=access_denied&state={state}")
    assert (answer.status_code, "sso_denied" in answer.text) == (403, True)
    go(visitor, trusted)
    assert "sso_flow_lost" in visitor.get("/sign-in/callback?error=access_denied&state=x").text
    assert len(events(north, "sso.refused")) == 1


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_sign_in_leads_to_a_page_of_ours(
    north: House, idp: IdentityProvider, trusted: Any, onward: str
) -> None:
    answer, _visitor = come(north, idp, trusted, "lena", onward=onward)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/start")


def test_a_provider_that_is_switched_off_is_none(
    north: House, harbour: House, idp: IdentityProvider, trusted: Any
) -> None:
    visitor = visit(north)
    back = idp.sign_in(go(visitor, trusted), "lena")
    change(north, trusted, enabled=False)
    assert visitor.get(back).status_code == 404
    assert email_of(visitor) == ""
    assert "Town account" not in visit(north).get("/sign-in").text
    assert visit(north).get(f"/sign-in/with/{trusted['id']}").status_code == 404
    assert visit(harbour).get(f"/sign-in/with/{trusted['id']}").status_code == 404


def test_a_sign_in_proves_what_the_provider_says_it_proved(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    """Sensitive acts ask anew where the provider may only have known the browser."""
    change(north, trusted, group_roles=[{"group": "heads", "role": "admin"}])
    knows(idp, "lena", north.email("librarian"), groups=["heads"])
    sensitive = ("/domains", {"host": "localhost"})  # refused, but as a host

    def asked_of(auth_time: object) -> tuple[int, Visitor]:
        idp.claims = {"auth_time": auth_time}
        _answer, visitor = come(north, idp, trusted, "lena")
        return visitor.post(*sensitive).status_code, visitor

    now = int(clock.now().timestamp())
    assert asked_of(now)[0] == 422
    for said in (None, now - 3600, now + 3600, -1, 10**20):
        status, visitor = asked_of(said)
        assert status == 303
    page = visitor.get("/account/confirm?next=/domains").text
    assert "Sign in again with Town account" in page
    out = visitor.get(f"/sign-in/with/{trusted['id']}?again=yes&next=/domains")
    sent = parse_qs(urlsplit(out.headers["Location"]).query)
    assert (sent["prompt"], sent["max_age"]) == (["login"], ["60"])
    idp.claims = {}
    back = visitor.get(idp.sign_in(out.headers["Location"], "lena"))
    assert back.headers["Location"] == "/domains"
    visitor.get("/domains")
    assert visitor.post(*sensitive).status_code == 422
