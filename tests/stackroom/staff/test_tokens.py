"""Refresh tokens serve once; sessions end at once; tokens hold at one organisation only."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.staff import tokens
from stackroom.testing.house import PASSWORD, Answer, Api, House

Tokens = dict[str, Any]


def sign_in(house: House, role: str = "librarian") -> Tokens:
    body = {"email": house.email(role), "password": PASSWORD}
    found: Tokens = house.anonymous().post("/api/v1/auth/tokens", json=body).json
    return found


def refresh(house: House, token: str) -> Answer:
    return house.anonymous().post("/api/v1/auth/tokens/refresh", json={"refresh_token": token})


def me(house: House, token: str) -> int:
    api = house.anonymous()
    api.token = token
    return api.get("/api/v1/me").status_code


def actions(house: House) -> list[str]:
    entries = house.api("auditor").get("/api/v1/audit/entries?per_page=100").json["items"]
    return [entry["action"] for entry in entries]


def test_a_refresh_token_brings_new_ones(north: House) -> None:
    first = sign_in(north)
    second = refresh(north, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert me(north, second["access_token"]) == 200
    assert refresh(north, second["refresh_token"]).status_code == 200


def test_a_used_refresh_token_closes_the_session_and_leaves_an_event(north: House) -> None:
    first = sign_in(north)
    second = refresh(north, first["refresh_token"]).json
    assert refresh(north, first["refresh_token"]).status_code == 401
    assert refresh(north, second["refresh_token"]).status_code == 401
    assert me(north, second["access_token"]) == 401
    assert actions(north).count("auth.refresh_reused") == 1


def test_theft_closes_the_family_whoever_was_first_and_no_other(north: House) -> None:
    """The thief refreshes first, twice; the owner's stale token then ends what both hold."""
    stolen, other_device = sign_in(north), sign_in(north)
    thief = refresh(north, stolen["refresh_token"]).json
    thief = refresh(north, thief["refresh_token"]).json
    assert me(north, thief["access_token"]) == 200
    assert refresh(north, stolen["refresh_token"]).json["code"] == "invalid_token"
    for held in (stolen, thief):
        assert me(north, held["access_token"]) == 401
        assert refresh(north, held["refresh_token"]).status_code == 401
    assert me(north, other_device["access_token"]) == 200
    assert refresh(north, other_device["refresh_token"]).status_code == 200
    assert actions(north).count("auth.refresh_reused") == 1  # a closed family says no more


def test_a_refresh_token_of_the_family_with_another_secret_closes_it(north: House) -> None:
    held = sign_in(north)
    session, _, secret = held["refresh_token"].partition(".")
    assert refresh(north, f"{session}.{secret[::-1]}").status_code == 401
    assert refresh(north, held["refresh_token"]).status_code == 401


def test_two_refreshes_at_once_give_one_success_and_close_the_session(north: House) -> None:
    token = sign_in(north)["refresh_token"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: refresh(north, token), range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]
    served = next(answer for answer in answers if answer.status_code == 200)
    assert me(north, served.json["access_token"]) == 401


@pytest.mark.parametrize("token", ["", "x", "x.y", "00000000-0000-0000-0000-000000000000.x"])
def test_an_invented_refresh_token_is_refused(north: House, token: str) -> None:
    answer = refresh(north, token)
    assert answer.status_code == 401
    assert answer.json["code"] == "invalid_token"


def test_a_refresh_token_of_another_organisation_is_refused(north: House, harbour: House) -> None:
    token = sign_in(north)["refresh_token"]
    assert refresh(harbour, token).status_code == 401
    assert refresh(north, token).status_code == 200


def test_a_refresh_token_ends_after_thirty_days(north: House) -> None:
    token = sign_in(north)["refresh_token"]
    with clock.held_at(clock.now() + timedelta(days=30, seconds=1)):
        assert refresh(north, token).status_code == 401


def test_signing_out_ends_both_tokens(north: House) -> None:
    held = sign_in(north)
    api = north.anonymous()
    api.token = held["access_token"]
    assert api.delete("/api/v1/auth/tokens").status_code == 204
    assert me(north, held["access_token"]) == 401
    assert refresh(north, held["refresh_token"]).status_code == 401


def test_a_closed_account_and_a_withdrawn_role_count_from_the_next_request(north: House) -> None:
    admin, librarian = north.api("admin"), north.api("librarian")
    mine = librarian.get("/api/v1/me").json
    admin.patch(f"/api/v1/staff/{mine['id']}", json={"roles": ["auditor"]})
    assert librarian.get("/api/v1/me").json["roles"] == ["auditor"]
    admin.delete(f"/api/v1/staff/{mine['id']}")
    assert librarian.get("/api/v1/me").json["code"] == "invalid_token"


@pytest.mark.parametrize(
    "forgery", ["unsigned", "other key", "other issuer", "expired", "no session", "garbage"]
)
def test_a_forged_token_is_refused(north: House, forgery: str) -> None:
    api = north.api("admin")
    key = north.app.config["JWT_SECRET_KEY"]
    claims = jwt.decode(api.token, options={"verify_signature": False})
    forged = {
        "unsigned": jwt.encode(claims, "", "none"),
        "other key": jwt.encode(claims, "another-key-of-thirty-two-bytes-x", "HS256"),
        "other issuer": jwt.encode({**claims, "iss": "evil"}, key, "HS256"),
        "expired": jwt.encode({**claims, "exp": 1}, key, "HS256"),
        "no session": jwt.encode({**claims, "sid": "x"}, key, "HS256"),
        "garbage": "a.b.c",
    }[forgery]
    assert me(north, forged) == 401


def every_kind_of_route(app: Stackroom) -> Iterator[tuple[str, str]]:
    """One address of each method and rule below /api/v1 on an organisation's host."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.endpoint:
            path = re.sub("<int:[^>]+>", "1", rule.rule)
            path = re.sub("<[^>]+>", "00000000-0000-0000-0000-000000000001", path)
            yield from ((method, path) for method in (rule.methods or set()) - {"OPTIONS", "HEAD"})


def test_no_route_takes_a_token_of_another_organisation(north: House, harbour: House) -> None:
    stranger = Api(north.app.test_client(), harbour.tenant.host, north.api("admin").token)
    platform_only = {"/api/v1/organisations", "/api/v1/organisations/verifications"}
    for method, path in every_kind_of_route(north.app):
        if path in platform_only:
            continue
        answer = stranger.request(method, path, json={})
        assert (answer.status_code, answer.json["code"]) == (401, "wrong_organisation"), path


def test_a_refused_foreign_token_is_recorded(north: House, harbour: House) -> None:
    Api(north.app.test_client(), harbour.tenant.host, north.api("admin").token).get("/api/v1/me")
    assert "auth.wrong_organisation" in actions(harbour)
    assert "auth.wrong_organisation" not in actions(north)


def test_a_token_names_no_internal_number(north: House) -> None:
    claims = jwt.decode(north.api("admin").token, options={"verify_signature": False})
    assert claims["aud"] == str(north.tenant.uuid)
    assert north.tenant.id not in claims.values()


def test_an_opaque_secret_is_kept_as_its_hash_only() -> None:
    secret, stored = tokens.new_secret()
    assert secret not in stored
    assert tokens.digest(secret) == stored


def test_a_token_that_served_before_is_refused_once_it_has_ended(
    north: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its signature is remembered, its end is not."""
    token = north.api("librarian").token
    assert me(north, token) == 200
    ends = jwt.decode(token, options={"verify_signature": False})["exp"]
    monkeypatch.setattr(time, "time", lambda: float(ends))
    assert me(north, token) == 401
