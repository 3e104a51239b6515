"""What a found open browser must not do asks for a fresh proof that it is them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from stackroom.core import clock
from stackroom.testing.factors import ask, give_app, give_passkey
from stackroom.testing.furnish import add_key
from stackroom.testing.house import PASSWORD, Api, House
from stackroom.testing.visitor import Visitor, visit

PROOFS = "/api/v1/auth/proofs"
LATER = timedelta(minutes=15, seconds=1)


@pytest.fixture
def old(north: House) -> Iterator[tuple[Api, Visitor]]:
    """An admin's API client and browser, signed in a quarter of an hour ago."""
    api, visitor = north.api("admin"), visit(north, "admin")
    with clock.held_at(clock.now() + LATER):
        yield api, visitor


PERSON = {"email": "new@north.example", "name": "New", "roles": ["librarian"], "password": PASSWORD}
SENSITIVE: list[tuple[str, str, Any]] = [
    ("POST", "/api/v1/staff", PERSON),
    ("PATCH", "/api/v1/staff/{id}", {"roles": ["admin"]}),
    ("DELETE", "/api/v1/staff/{id}", None),
    ("DELETE", "/api/v1/staff/{id}/sessions", None),
    ("POST", "/api/v1/staff/{id}/password-resets", None),
    ("PUT", "/api/v1/security", {"roles": []}),
    ("DELETE", "/api/v1/accounts/{id}/factors", None),
    ("POST", "/api/v1/staff/{id}/password-resets", None),
    ("POST", "/api/v1/roles", {"name": "Lead", "sentence": "Leads", "permissions": []}),
    ("POST", "/api/v1/invitations", {"email": "new@north.example", "roles": ["librarian"]}),
    ("POST", "/api/v1/api-keys", {}),
    ("POST", "/api/v1/sso/providers", {}),
    ("POST", "/api/v1/exports", None),
    ("POST", "/api/v1/audit/records/account/{id}/restore", {}),
    ("POST", "/api/v1/audit/batches/{id}/undo", {}),
    ("POST", "/api/v1/audit/undos/{id}/resume", None),
    ("POST", "/api/v1/domains", {"host": "catalogue.north.example"}),
]
FORMS = [
    ("/staff/new", "/staff"),
    ("/staff/roles/new", "/staff/roles/new"),
    ("/staff/invitations/new", "/staff/invitations"),
    ("/organisation/api-keys/new", "/organisation/api-keys"),
    ("/organisation/sign-in/new", "/organisation/sign-in"),
    ("/domains", "/domains"),
    ("/exports", "/exports"),
    ("/organisation/closing", "/organisation/closing"),
    ("/organisation/security", "/organisation/security"),
    ("/support-access/new", "/support-access"),
    ("/account/security/app", "/account/security"),
    ("/account/security/passkeys", "/account/security"),
    ("/account/security/recovery-codes", "/account/security"),
    ("/account/security/app/remove", "/account/security"),
]


@pytest.mark.parametrize(("method", "path", "body"), SENSITIVE)
def test_the_api_asks_for_it(
    north: House, old: tuple[Api, Visitor], method: str, path: str, body: Any
) -> None:
    api, _ = old
    with north.work("admin"):
        path = path.format(id=north.account("librarian").id)
    refused = api.request(method, path, json=body)
    assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")
    assert PROOFS in refused.json["detail"]
    assert api.post(PROOFS, json={"password": PASSWORD}).status_code == 200
    assert "step_up_required" not in api.request(method, path, json=body).text


@pytest.mark.parametrize(("path", "page"), FORMS)
def test_a_page_asks_for_it_and_leads_back_to_where_one_came_from(
    old: tuple[Api, Visitor], path: str, page: str
) -> None:
    _, visitor = old
    visitor.get("/start")
    asked = visitor.post(path, headers={"Referer": f"http://{visitor.host}{page}?page=1"})
    assert asked.location == f"/account/confirm?next={page}?page%3D1"
    visitor.get(asked.location)
    form = {"password": PASSWORD, "next": f"{page}?page=1"}
    assert visitor.post("/account/confirm", form).location == f"{page}?page=1"
    again = visitor.post(path)
    assert not (again.location or "").startswith("/account/confirm")


def test_a_page_of_a_form_asks_before_it_is_filled_in(old: tuple[Api, Visitor]) -> None:
    _, visitor = old
    assert visitor.get("/staff/new").location == "/account/confirm?next=/staff/new"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil"])
def test_it_leads_to_no_other_host(old: tuple[Api, Visitor], elsewhere: str) -> None:
    _, visitor = old
    visitor.get("/account/confirm")
    form = {"password": PASSWORD, "next": elsewhere}
    assert visitor.post("/account/confirm", form).location == "/start"


def test_it_holds_for_a_quarter_of_an_hour_and_for_one_session(north: House) -> None:
    visitor, other = visit(north, "admin"), visit(north, "admin")
    start = clock.now()
    with clock.held_at(start + timedelta(hours=1)):
        visitor.get("/account/confirm")
        visitor.post("/account/confirm", {"password": PASSWORD})
        assert visitor.get("/staff/new").status_code == 200
        assert other.get("/staff/new").status_code == 303
    with clock.held_at(start + timedelta(hours=1) + LATER):
        assert visitor.get("/staff/new").status_code == 303


def test_reading_and_everyday_work_ask_for_nothing(old: tuple[Api, Visitor]) -> None:
    api, visitor = old
    assert api.get("/api/v1/staff").status_code == 200
    assert api.post("/api/v1/bibs", json={"title": "Emma"}).status_code == 201
    assert visitor.get("/account/security").status_code == 200


def test_a_missing_permission_comes_first(north: House) -> None:
    api = north.api("librarian")
    with clock.held_at(clock.now() + LATER):
        assert api.post("/api/v1/staff", json=PERSON).json["code"] == "permission_denied"


class TestProofs:
    def test_a_wrong_password_is_counted_as_a_failed_sign_in(self, north: House) -> None:
        api = north.api("admin")
        for _ in range(5):
            refused = api.post(PROOFS, json={"password": "not this one"})
            assert refused.status_code == 422
            assert refused.json["errors"][0]["field"] == "password"
        assert api.post(PROOFS, json={"password": PASSWORD}).json["code"] == "locked_out"

    def test_a_code_does_as_well(self, north: House) -> None:
        telephone = give_app(north, "admin")
        api = north.api("admin")
        assert api.post(PROOFS, json={"otp": "000000"}).json["errors"][0]["field"] == "otp"
        proved = api.post(PROOFS, json={"otp": telephone.code()})
        assert proved.status_code == 200
        assert proved.json["valid_until"].endswith("Z")

    def test_wrong_codes_lock_the_factor_out(self, north: House) -> None:
        telephone = give_app(north, "admin")
        api = north.api("admin")
        for _ in range(5):
            api.post(PROOFS, json={"otp": "000000"})
        assert api.post(PROOFS, json={"otp": telephone.code()}).status_code == 429

    @pytest.mark.parametrize("body", [{}, {"password": "a", "otp": "b"}, {"otp": ""}])
    def test_it_takes_one_of_the_two(self, north: House, body: dict[str, str]) -> None:
        refused = north.api("admin").post(PROOFS, json=body)
        assert refused.status_code == 422
        assert "one of the two" in refused.json["detail"]

    def test_by_page_an_empty_form_says_what_to_do(self, north: House) -> None:
        visitor = visit(north, "admin")
        visitor.get("/account/confirm")
        page = visitor.post("/account/confirm")
        assert page.status_code == 422
        assert "Give your password or a code" in page.text

    def test_by_page_a_code_does_as_well(self, north: House) -> None:
        telephone = give_app(north, "admin")
        visitor = visit(north, "admin")
        assert "Or a code" in visitor.get("/account/confirm").text
        answer = visitor.post("/account/confirm", {"otp": telephone.code(), "next": "/staff/new"})
        assert answer.location == "/staff/new"

    def test_a_passkey_does_as_well(self, north: House) -> None:
        visitor = visit(north, "admin")
        device = give_passkey(visitor)
        with clock.held_at(clock.now() + LATER):
            credential = device.get(ask(visitor, "/account/confirm/challenge"))
            form = {"credential": credential, "next": "/staff/new"}
            assert visitor.post("/account/confirm/passkey", form).location == "/staff/new"
            assert visitor.get("/staff/new").status_code == 200

    def test_a_colleagues_passkey_does_not(self, north: House) -> None:
        visitor = visit(north, "admin")
        give_passkey(visitor)
        colleague = give_passkey(visit(north, "librarian"))
        credential = colleague.get(ask(visitor, "/account/confirm/challenge"))
        answer = visitor.post("/account/confirm/passkey", {"credential": credential})
        assert answer.status_code == 401

    def test_each_is_in_the_trail(self, north: House) -> None:
        api = north.api("admin")
        api.post(PROOFS, json={"password": PASSWORD})
        told = api.get("/api/v1/audit/entries?action=auth.proved")
        assert told.json["total"] == 1
        assert "their password" in told.text
        assert PASSWORD not in told.text


def test_a_refreshed_token_is_no_fresher(north: House) -> None:
    body = {"email": north.email("admin"), "password": PASSWORD}
    api = north.anonymous()
    tokens = api.post("/api/v1/auth/tokens", json=body).json
    with clock.held_at(clock.now() + LATER):
        fresh = api.post(
            "/api/v1/auth/tokens/refresh", json={"refresh_token": tokens["refresh_token"]}
        )
        api.token = fresh.json["access_token"]
        assert api.post("/api/v1/staff", json=PERSON).json["code"] == "step_up_required"


def test_a_key_proves_itself_with_each_request(north: House) -> None:
    """It is no browser that somebody may find open."""
    key = add_key(north.api("admin"), ["domains.write"])
    program = Api(north.app.test_client(), north.tenant.host, key["token"])
    with clock.held_at(clock.now() + LATER):
        made = program.post("/api/v1/domains", json={"host": "keys.north.example"})
        assert made.status_code == 201, made.text


def test_a_script_that_asks_is_told_in_json(old: tuple[Api, Visitor]) -> None:
    _, visitor = old
    visitor.get("/account/security")
    answer = visitor.post(
        "/account/security/passkeys/challenge", headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
