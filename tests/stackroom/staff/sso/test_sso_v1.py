"""The API of providers: who may, what is refused, and what the trail keeps."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.staff.sso.models import SsoProvider
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.identity_provider import CLIENT_SECRET, IdentityProvider
from stackroom.testing.sso import change, events, trust

PROVIDERS = "/api/v1/sso/providers"
BODY = {"name": "Town", "issuer": "https://login.town.example", "client_id": "stackroom"}


def test_admins_write_auditors_read_and_nobody_else_does_either(
    north: House, idp: IdentityProvider
) -> None:
    trusted = trust(north, idp)
    path = f"{PROVIDERS}/{trusted['id']}"
    for role, reads in (("auditor", 200), ("librarian", 403), ("patron", 403)):
        api = north.api(role)
        assert api.get(PROVIDERS).status_code == api.get(path).status_code == reads
        for answer in (
            api.post(PROVIDERS, json=BODY),
            api.request("PUT", path, json=BODY),
            api.post(f"{path}/tests"),
            api.delete(path),
        ):
            assert (answer.status_code, answer.json["code"]) == (403, "permission_denied")
    assert north.anonymous().get(PROVIDERS).status_code == 401
    shown = north.api("auditor").get(PROVIDERS).json["items"]
    assert shown == [trusted]


def test_the_secret_is_sealed_and_never_shown_again(north: House, idp: IdentityProvider) -> None:
    trusted = trust(north, idp)
    change(north, trusted, name="Another name")
    assert trusted["has_secret"] is True
    for answer in (
        north.api("admin").get(f"{PROVIDERS}/{trusted['id']}"),
        north.api("auditor").get("/api/v1/audit/entries?per_page=100"),
    ):
        assert answer.status_code == 200
        assert CLIENT_SECRET not in answer.text
        assert "sealed" not in answer.text
    with north.work("admin"):
        sealed = db.session.scalars(sa.select(SsoProvider.sealed_secret)).one()
    assert sealed
    assert CLIENT_SECRET not in sealed
    assert change(north, trusted, client_secret="")["has_secret"] is False


def test_every_change_tells_before_and_after(north: House, idp: IdentityProvider) -> None:
    trusted = trust(north, idp)
    admin = north.api("admin")
    change(north, trusted, link_by_email=True, client_secret="another")
    change(north, trusted, link_by_email=True)
    told = events(north, "sso.provider_changed")
    assert [one["sentence"] for one in told] == [
        "changed the sign-in provider Town account: link by email, client secret"
    ]
    entry = admin.get(f"/api/v1/audit/entries/{told[0]['id']}").json
    assert entry["actor"]["label"] == "Ada Admin"
    assert admin.delete(f"{PROVIDERS}/{trusted['id']}").status_code == 204
    assert [len(events(north, f"sso.provider_{act}")) for act in ("added", "removed")] == [1, 1]
    assert admin.get(f"{PROVIDERS}/{trusted['id']}").status_code == 404


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"issuer": "http://login.town.example"}, "issuer"),
        ({"issuer": "ftp://login.town.example"}, "issuer"),
        ({"issuer": "https://login.town.example/?x=1"}, "issuer"),
        ({"issuer": "https://a@login.town.example"}, "issuer"),
        ({"issuer": "https://login.town.example/.well-known/openid-configuration"}, "issuer"),
        ({"issuer": "https://login.town.example:x"}, "issuer"),
        ({"client_id": "with space"}, "client_id"),
        ({"client_secret": "geheimnisvoll ü"}, "client_secret"),
        ({"scopes": "email"}, "scopes"),
        ({"name": ""}, "name"),
        ({"required": True}, "required"),
        ({"create_accounts": True}, "create_accounts"),
        ({"default_role": "patron"}, "default_role"),
        ({"default_role": "emperor"}, "default_role"),
        ({"group_roles": [{"group": "desk", "role": "patron"}]}, "group_roles"),
        ({"sealed_secret": "x"}, "sealed_secret"),
        ({"tenant_id": 1}, "tenant_id"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused_by_name(
    north: House, more: dict[str, Any], field: str
) -> None:
    answer = north.api("admin").post(PROVIDERS, json={**BODY, **more})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field
    assert north.api("admin").get(PROVIDERS).json["total"] == 0


def test_an_issuer_is_listed_once_and_five_are_enough(north: House) -> None:
    admin = north.api("admin")
    assert admin.post(PROVIDERS, json=BODY).status_code == 201
    again = admin.post(PROVIDERS, json=BODY)
    assert (again.status_code, again.json["code"]) == (409, "sso_issuer_listed")
    answers = [
        admin.post(PROVIDERS, json={**BODY, "issuer": f"https://login{number}.town.example"})
        for number in range(5)
    ]
    assert [answer.status_code for answer in answers] == [201] * 4 + [409]
    assert answers[-1].json["code"] == "sso_too_many_providers"


def test_a_provider_of_another_organisation_is_none_byte_for_byte(
    north: House, harbour: House, idp: IdentityProvider
) -> None:
    theirs, admin = trust(harbour, idp), north.api("admin")
    headers = {"X-Request-Id": "same"}
    for method, below in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/tests")):
        answers = [
            admin.request(
                method, f"{PROVIDERS}/{one}{below}", headers=headers,
                json=BODY if method == "PUT" else None,
            )
            for one in (theirs["id"], uuid4())
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data
    assert idp.asked == []
    assert harbour.api("admin").get(PROVIDERS).json["items"] == [theirs]


def test_an_old_revision_overwrites_nothing(north: House, idp: IdentityProvider) -> None:
    trusted, admin = trust(north, idp), north.api("admin")
    path = f"{PROVIDERS}/{trusted['id']}"
    seen = admin.get(path).headers["ETag"]
    change(north, trusted, name="Another name")
    answer = admin.request("PUT", path, json=BODY, headers={"If-Match": seen})
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")


def test_nobody_has_a_provider_give_what_they_do_not_hold(
    north: House, idp: IdentityProvider
) -> None:
    """A role of one's own may set up single sign-on, and stays no admin by it."""
    admin = north.api("admin")
    role = {
        "name": "Sign-on keeper", "sentence": "Sets up single sign-on", "based_on": "librarian",
        "permissions": ["sso.read", "sso.write"],
    }  # fmt: skip
    made = admin.post("/api/v1/roles", json=role)
    assert made.status_code == 201, made.text
    people = admin.get("/api/v1/staff?per_page=100").json["items"]
    keeper = next(one for one in people if one["email"] == north.email("librarian"))
    given = admin.patch(f"/api/v1/staff/{keeper['id']}", json={"roles": [made.json["key"]]})
    assert given.status_code == 200, given.text
    api = north.api("librarian")
    for more in (
        {"link_by_email": True},
        {"create_accounts": True, "default_role": "admin"},
        {"group_roles": [{"group": "all", "role": "librarian"}]},
    ):
        answer = api.post(PROVIDERS, json=idp.settings(**more))
        assert (answer.status_code, answer.json["code"]) == (403, "grant_beyond_own")
    assert api.post(PROVIDERS, json=idp.settings()).status_code == 201


def test_a_test_tells_each_step_and_leaves_an_event(north: House, idp: IdentityProvider) -> None:
    trusted = trust(north, idp, enabled=False)
    path = f"{PROVIDERS}/{trusted['id']}/tests"
    well = north.api("admin").post(path)
    assert (well.status_code, well.json["passed"]) == (200, True)
    assert [step["passed"] for step in well.json["steps"]] == [True, True, True]
    for fault, count, finding in (
        ({"metadata": {"issuer": "https://elsewhere.example"}}, 1, "elsewhere.example"),
        ({"metadata": {"response_types_supported": ["token"]}}, 2, "authorization code"),
        ({"metadata": {"id_token_signing_alg_values_supported": ["HS256"]}}, 2, "RS256"),
        ({"metadata": {"jwks_uri": f"{idp.issuer}/userinfo"}}, 3, "could not be reached"),
        ({"status": 503}, 1, "503"),
    ):
        for name, value in fault.items():
            setattr(idp, name, value)
        found = north.api("admin").post(path).json
        assert found["passed"] is False
        assert len(found["steps"]) == count
        assert finding in found["steps"][-1]["finding"]
    told = events(north, "sso.provider_tested")
    assert len(told) == 6
    assert told[-1]["sentence"].endswith("all is well")


def test_where_it_is_required_admins_and_patrons_keep_their_passwords(
    north: House, idp: IdentityProvider
) -> None:
    trusted = trust(north, idp, required=True)

    def sign_in(role: str, password: str = PASSWORD) -> Any:
        body = {"email": north.email(role), "password": password}
        return north.anonymous().post("/api/v1/auth/tokens", json=body)

    refused = sign_in("librarian")
    assert (refused.status_code, refused.json["code"]) == (403, "sso_required")
    assert sign_in("librarian", "a wrong password").json["code"] == "invalid_credentials"
    assert sign_in("auditor").json["code"] == "sso_required"
    assert sign_in("admin").status_code == sign_in("patron").status_code == 200
    assert len(events(north, "sso.other_way_refused")) == 2
    idp.status = 500  # broken: the admin gets in, and lets the others in
    change(north, trusted, required=False)
    assert sign_in("librarian").status_code == 200


def test_a_suspended_organisation_keeps_its_settings(north: House, idp: IdentityProvider) -> None:
    trusted = trust(north, idp)
    north.suspend()
    answer = north.api("admin").request("PUT", f"{PROVIDERS}/{trusted['id']}", json=BODY)
    assert (answer.status_code, answer.json["code"]) == (403, "organisation_suspended")
