"""Who comes in by a provider, as whom and with which roles; and who does not."""

import pytest

from stackroom.testing.house import House
from stackroom.testing.identity_provider import IdentityProvider
from stackroom.testing.name_server import NameServer
from stackroom.testing.sso import change, come, email_of, events, knows, own_domain, trust
from stackroom.testing.visitor import visit


def test_an_account_is_linked_by_its_verified_e_mail_and_then_known_by_its_identity(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    knows(idp, "lena", north.email("librarian"))
    assert "Sign in with Town account" in visit(north).get("/sign-in").text
    answer, visitor = come(north, idp, trusted, "lena", onward="/catalogue?q=tides")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/catalogue?q=tides")
    assert email_of(visitor) == north.email("librarian")
    change(north, trusted, link_by_email=False)
    knows(idp, "lena", "a-new-name@elsewhere.example")
    answer, visitor = come(north, idp, trusted, "lena")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/start")
    assert email_of(visitor) == north.email("librarian")
    assert [len(events(north, action)) for action in ("sso.linked", "sso.signed_in")] == [1, 2]
    assert events(north, "sso.linked")[0]["actor"]["label"] == "Single sign-on"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"email_verified": False}, "sso_email_not_verified"),
        ({"email_verified": None}, "sso_email_not_verified"),
        ({"email_verified": "true"}, "sso_email_not_verified"),
        ({"email": ""}, "sso_email_not_verified"),
        ({"email": "admin@elsewhere.example"}, "sso_domain_not_proved"),
        ({"email": "nobody"}, "sso_no_account"),
    ],
)
def test_whoever_the_provider_does_not_vouch_for_is_refused(
    north: House, idp: IdentityProvider, dns: NameServer, claims: dict[str, object], code: str
) -> None:
    host = own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    if claims.get("email") == "nobody":
        claims = {"email": f"nobody@{host}"}
    knows(idp, "mal", **{"email": north.email("admin"), **claims})  # type: ignore[arg-type]
    answer, visitor = come(north, idp, trusted, "mal")
    assert answer.status_code == 403
    assert code in answer.text
    assert "Back to the sign-in page" in answer.text
    assert email_of(visitor) == ""
    refused = events(north, "sso.refused")
    assert len(refused) == 1
    assert refused[0]["subject"]["label"] == "Town account"


def test_an_account_is_not_linked_unless_the_admin_allows_it(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    trusted = trust(north, idp)
    knows(idp, "lena", north.email("librarian"))
    answer, _visitor = come(north, idp, trusted, "lena")
    assert (answer.status_code, "sso_not_linked" in answer.text) == (403, True)


def test_a_new_holder_of_an_address_does_not_get_the_account_of_the_old_one(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    for subject in ("lena", "successor"):
        knows(idp, subject, north.email("librarian"))
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    answer, _visitor = come(north, idp, trusted, "successor")
    assert (answer.status_code, "sso_linked_to_another" in answer.text) == (403, True)
    admin = north.api("admin")
    identity = admin.get("/api/v1/sso/identities").json["items"][0]
    assert (identity["subject"], identity["email"]) == ("lena", north.email("librarian"))
    assert admin.delete(f"/api/v1/sso/identities/{identity['id']}").status_code == 204
    assert come(north, idp, trusted, "successor")[0].status_code == 303


def test_the_same_person_at_another_organisation_is_a_stranger_there(
    north: House, harbour: House, idp: IdentityProvider, dns: NameServer
) -> None:
    """Also where that organisation trusts the same provider: a domain is proved by one alone."""
    own_domain(north, dns)
    own_domain(harbour, dns)
    trusted = trust(north, idp, link_by_email=True)
    there = trust(harbour, idp, link_by_email=True, create_accounts=True, default_role="librarian")
    knows(idp, "lena", north.email("librarian"))
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    answer, _visitor = come(harbour, idp, there, "lena")
    assert (answer.status_code, "sso_domain_not_proved" in answer.text) == (403, True)


def test_an_account_is_made_for_a_newcomer_with_the_default_role(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    host = own_domain(north, dns)
    trusted = trust(north, idp, create_accounts=True, default_role="auditor")
    knows(idp, "nora", f"Nora@{host}", name="Nora\n Nilsen")
    answer, visitor = come(north, idp, trusted, "nora")
    assert answer.status_code == 303
    assert email_of(visitor) == f"nora@{host}"
    people = north.api("admin").get("/api/v1/staff?per_page=100").json["items"]
    made = next(one for one in people if one["email"] == f"nora@{host}")
    assert (made["name"], made["roles"]) == ("Nora Nilsen", ["auditor"])
    assert events(north, "sso.account_created")[0]["actor"]["label"] == "Single sign-on"
    wrong = {"email": f"nora@{host}", "password": ""}
    assert north.anonymous().post("/api/v1/auth/tokens", json=wrong).status_code == 401


def test_roles_follow_the_groups_and_what_was_granted_by_hand_stays(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    mapping = [
        {"group": "cn=desk,dc=north", "role": "librarian"},
        {"group": "heads", "role": "admin"},
    ]
    trusted = trust(north, idp, link_by_email=True, group_roles=mapping)
    email = north.email("auditor")

    def roles_after(groups: object) -> list[str]:
        knows(idp, "ada", email, groups=groups)
        assert come(north, idp, trusted, "ada")[0].status_code == 303
        people = north.api("admin").get("/api/v1/staff?per_page=100").json["items"]
        return next(list(one["roles"]) for one in people if one["email"] == email)

    assert roles_after(["cn=desk,dc=north", "heads", "others"]) == ["admin", "auditor", "librarian"]
    assert roles_after("cn=desk,dc=north") == ["auditor", "librarian"]
    assert roles_after(None) == ["auditor"]
    changes = events(north, "role.granted")
    assert {one["actor"]["label"] for one in changes} == {"Single sign-on"}
    assert len(changes) == 3


def test_whose_groups_give_no_role_any_more_loses_it_and_is_refused(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    host = own_domain(north, dns)
    mapping = [{"group": "desk", "role": "librarian"}]
    trusted = trust(north, idp, create_accounts=True, group_roles=mapping)
    knows(idp, "nora", f"nora@{host}", groups=["desk"])
    answer, inside = come(north, idp, trusted, "nora")
    assert answer.status_code == 303
    assert inside.get("/patrons").status_code == 200
    knows(idp, "nora", f"nora@{host}", groups=[])
    answer, _visitor = come(north, idp, trusted, "nora")
    assert (answer.status_code, "sso_no_role" in answer.text) == (403, True)
    assert inside.get("/patrons").status_code == 403
    knows(idp, "olaf", f"olaf@{host}", groups=["strangers"])
    assert "sso_no_role" in come(north, idp, trusted, "olaf")[0].text


def test_the_last_admin_stays_one_whatever_the_groups(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    host = own_domain(north, dns)
    mapping = [{"group": "heads", "role": "admin"}, {"group": "desk", "role": "librarian"}]
    trusted = trust(north, idp, create_accounts=True, group_roles=mapping)
    knows(idp, "nora", f"nora@{host}", groups=["heads"])
    _answer, nora = come(north, idp, trusted, "nora")
    assert nora.get("/organisation/sign-in").status_code == 200
    with north.work("admin"):
        north.account("admin").active = False
    knows(idp, "nora", f"nora@{host}", groups=["desk"])
    answer, nora = come(north, idp, trusted, "nora")
    assert answer.status_code == 303
    assert nora.get("/organisation/sign-in").status_code == 200


def test_a_closed_account_stays_closed(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    knows(idp, "lena", north.email("librarian"))
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    with north.work("admin"):
        north.account("librarian").active = False
    answer, visitor = come(north, idp, trusted, "lena")
    assert (answer.status_code, "sso_account_closed" in answer.text) == (403, True)
    assert email_of(visitor) == ""


def test_claims_may_come_as_user_information(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    knows(idp, "lena", north.email("librarian"))
    idp.only_subject_in_id_token = True
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    idp.userinfo = {"sub": "somebody else"}
    answer, _visitor = come(north, idp, trusted, "lena")
    assert (answer.status_code, "sso_answer_untrue" in answer.text) == (403, True)


def test_signing_in_again_ends_the_earlier_session_of_the_browser(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    knows(idp, "lena", north.email("librarian"))
    visitor = visit(north, "auditor")
    answer, visitor = come(north, idp, trusted, "lena", visitor=visitor)
    assert answer.status_code == 303
    assert email_of(visitor) == north.email("librarian")
    assert len(events(north, "auth.signed_out")) == 1


def test_nobody_is_made_in_a_suspended_organisation_but_who_is_known_comes_in(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    host = own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True, create_accounts=True, default_role="librarian")
    knows(idp, "lena", north.email("librarian"))
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    north.suspend()
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    knows(idp, "nora", f"nora@{host}")
    answer, _visitor = come(north, idp, trusted, "nora")
    assert (answer.status_code, "organisation_suspended" in answer.text) == (403, True)
