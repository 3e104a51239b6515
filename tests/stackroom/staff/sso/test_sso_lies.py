"""A provider that lies, is broken or is slow lets nobody in, and keeps nobody out."""

from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from stackroom.core.outbound import LARGEST, Outbound
from stackroom.staff.sso import terms as sso_terms
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING,
    IdentityProvider,
    unsigned,
)
from stackroom.testing.name_server import NameServer
from stackroom.testing.sso import come, email_of, events, go, knows, own_domain, trust
from stackroom.testing.visitor import visit

LONG_AGO, SOON = 1_600_000_000, 4_000_000_000


@pytest.fixture
def trusted(north: House, idp: IdentityProvider, dns: NameServer) -> Any:
    own_domain(north, dns)
    knows(idp, "lena", north.email("librarian"))
    return trust(north, idp, link_by_email=True)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": LONG_AGO},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": SOON},
        {"iat": LONG_AGO},
        {"iat": None},
        {"nbf": SOON},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "bm90IGl0"},
    ],
    ids=str,
)
def test_a_claim_that_is_not_true_lets_nobody_in(
    north: House, idp: IdentityProvider, trusted: Any, lie: dict[str, Any]
) -> None:
    idp.claims = lie
    refused_as_untrue(north, idp, trusted)


def test_an_audience_among_others_holds_where_the_token_is_meant_for_us(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    idp.claims = {"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID}
    assert come(north, idp, trusted, "lena")[0].status_code == 303


def claims_of(idp: IdentityProvider, nonce: str) -> dict[str, Any]:
    return {
        "iss": idp.issuer, "aud": CLIENT_ID, "sub": "lena", "iat": 1, "exp": SOON, "nonce": nonce,
        **idp.people["lena"],
    }  # fmt: skip


def by_hs256_with_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET))


def by_hs256_with_the_public_key(claims: dict[str, Any]) -> str:
    pem = SIGNING[0].as_pem(private=False).decode()
    body = "".join(pem.splitlines()[1:-1])  # whole, joserfc would refuse to sign with it
    return jwt.encode({"alg": "HS256", "kid": "first"}, claims, OctKey.import_key(body))


def by_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, SIGNING[1])


def by_a_key_it_brings_along(claims: dict[str, Any]) -> str:
    header = {"alg": "RS256", "kid": "mine", "jwk": SIGNING[1].as_dict(private=False)}
    return jwt.encode(header, claims, SIGNING[1])


def changed_afterwards(claims: dict[str, Any]) -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": "first"}, {}, SIGNING[0]).split(".")
    return f"{head}.{unsigned(claims).split('.')[1]}.{signature}"


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        by_hs256_with_the_secret,
        by_hs256_with_the_public_key,
        by_another_key,
        by_a_key_it_brings_along,
        changed_afterwards,
        lambda _: "no token at all",
    ],
)
def test_a_signature_that_is_not_the_providers_lets_nobody_in(
    north: House, idp: IdentityProvider, trusted: Any, sign: Callable[[dict[str, Any]], str]
) -> None:
    visitor = visit(north)
    address = go(visitor, trusted)
    nonce = address.partition("nonce=")[2].partition("&")[0]
    idp.metadata = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    idp.id_token = sign(claims_of(idp, nonce))
    answer = visitor.get(idp.sign_in(address, "lena"))
    assert (answer.status_code, "sso_answer_untrue" in answer.text) == (403, True)
    assert email_of(visitor) == ""


def test_keys_may_be_rotated(north: House, idp: IdentityProvider, trusted: Any) -> None:
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    assert idp.asked.count("/keys") == 1
    idp.key = SIGNING[1]
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    assert idp.asked.count("/keys") == 2
    idp.key = RSAKey.import_key(SIGNING[0].as_dict(private=True), {"kid": "next"})
    assert come(north, idp, trusted, "lena")[0].status_code == 303  # by the name of the old one


def test_a_key_that_was_withdrawn_signs_nobody_in(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    idp.published = [SIGNING[1]]
    refused_as_untrue(north, idp, trusted)


def test_an_elliptic_curve_signs_as_well(north: House, idp: IdentityProvider, trusted: Any) -> None:
    idp.key, idp.algorithm = ECKey.generate_key("P-256", {"kid": "curve"}), "ES256"
    assert come(north, idp, trusted, "lena")[0].status_code == 303


def test_an_algorithm_that_the_provider_does_not_name_is_refused(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    idp.metadata = {"id_token_signing_alg_values_supported": ["ES256"]}
    refused_as_untrue(north, idp, trusted)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 500}, "status 500"),
        ({"metadata": {"issuer": "https://elsewhere.example"}}, "of the issuer"),
        ({"metadata": {"token_endpoint": None}}, "token_endpoint"),
        ({"metadata": {"jwks_uri": "http://keys.example/"}}, "must begin with https://"),
        ({"metadata": {"authorization_endpoint": "javascript:alert(1)"}}, "must begin with"),
        ({"metadata": {"authorization_endpoint": ["x"]}}, "authorization_endpoint"),
        ({"metadata": {"filler": "x" * LARGEST}}, "too long"),
        ({"redirects_to": "http://localhost/"}, "status 302"),
    ],
    ids=str,
)
def test_a_provider_that_is_broken_says_so_and_offers_the_other_way(
    north: House, idp: IdentityProvider, trusted: Any, fault: dict[str, Any], why: str
) -> None:
    for name, value in fault.items():
        setattr(idp, name, value)
    page = visit(north).get(f"/sign-in/with/{trusted['id']}")
    assert page.status_code == 503
    assert why in page.text
    assert "Back to the sign-in page" in page.text
    assert page.headers["X-Request-Id"] in page.text
    assert signs_in_by_password(north, "admin")


@pytest.mark.parametrize("fault", ["silent", "dripping"])
def test_a_slow_provider_is_given_up(
    north: House, idp: IdentityProvider, trusted: Any, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hasty(**given: Any) -> Outbound:
        return Outbound(seconds=0.3, **given)

    monkeypatch.setattr(sso_terms, "Outbound", hasty)
    setattr(idp, fault, True)
    page = visit(north).get(f"/sign-in/with/{trusted['id']}")
    assert page.status_code == 503
    assert "within 0.3 seconds" in page.text


def test_a_provider_that_is_down_on_the_way_back_lets_nobody_in(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    visitor = visit(north)
    back = idp.sign_in(go(visitor, trusted), "lena")
    idp.status = 500
    answer = visitor.get(back)
    assert (answer.status_code, "sso_provider_failed" in answer.text) == (503, True)
    assert email_of(visitor) == ""
    assert events(north, "sso.refused")[0]["subject"]["label"] == "Town account"


def test_a_key_set_without_a_usable_key_is_a_fault_of_the_provider(
    north: House, idp: IdentityProvider, trusted: Any
) -> None:
    weak = RSAKey.import_key(SIGNING[1].as_dict(private=False), {"use": "enc"})
    idp.published = [weak]
    answer, _visitor = come(north, idp, trusted, "lena")
    assert (answer.status_code, "sso_provider_failed" in answer.text) == (503, True)


def refused_as_untrue(north: House, idp: IdentityProvider, trusted: Any) -> None:
    answer, visitor = come(north, idp, trusted, "lena")
    assert (answer.status_code, "sso_answer_untrue" in answer.text) == (403, True)
    assert email_of(visitor) == ""
    assert len(events(north, "sso.refused")) == 1


def signs_in_by_password(north: House, role: str) -> bool:
    body = {"email": north.email(role), "password": PASSWORD}
    return north.anonymous().post("/api/v1/auth/tokens", json=body).status_code == 200
