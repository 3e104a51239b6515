"""The pages of single sign-on, without a browser."""

from typing import Any

from stackroom.testing.house import House
from stackroom.testing.identity_provider import CLIENT_SECRET, IdentityProvider
from stackroom.testing.name_server import NameServer
from stackroom.testing.sso import email_of, events, knows, own_domain, trust
from stackroom.testing.visitor import Visitor, visit

SETTINGS = "/organisation/sign-in"


def form_of(idp: IdentityProvider, **more: Any) -> dict[str, Any]:
    return {
        "name": "Town account", "issuer": idp.issuer, "client_id": "stackroom",
        "client_secret": CLIENT_SECRET, **more,
    }  # fmt: skip


def test_an_admin_adds_tests_changes_and_removes_a_provider(
    north: House, idp: IdentityProvider
) -> None:
    admin = visit(north, "admin")
    assert "No provider yet" in admin.get(SETTINGS).text
    assert "/sign-in/callback" in admin.get(f"{SETTINGS}/new").text
    added = admin.post(f"{SETTINGS}/new", form_of(idp, group_roles="cn=a,dc=b = librarian\n\n"))
    assert added.status_code == 303
    edit = added.headers["Location"]
    page = admin.get(edit).text
    assert "cn=a,dc=b = librarian" in page
    assert CLIENT_SECRET not in page
    tested = admin.post(f"{edit}/test")
    assert tested.status_code == 200
    assert tested.text.count("Passed") == 3
    form = form_of(idp, client_secret="", enabled="true", group_roles="")
    assert admin.post(edit, form).status_code == 303
    assert "Switched on" in admin.get(SETTINGS).text
    assert "One is kept, sealed" in admin.get(edit).text
    assert f'href="/sign-in/with/{edit.rpartition("/")[2]}?' in visit(north).get("/sign-in").text
    removed = admin.post(f"{edit}/remove", follow_redirects=True)
    assert "The provider is removed" in removed.text
    assert "Town account" not in visit(north).get("/sign-in").text


def test_what_is_wrong_is_shown_beside_its_field(north: House, idp: IdentityProvider) -> None:
    admin = visit(north, "admin")
    for more, words in (
        ({"group_roles": "desk"}, "is not “group = role”"),
        ({"group_roles": "desk = emperor"}, "There is no role “emperor”"),
        ({"issuer": "http://login.example"}, "must begin with https://"),
        ({"required": "true"}, "Only a provider that is switched on"),
    ):
        answer = admin.post(f"{SETTINGS}/new", form_of(idp, **more))
        assert answer.status_code == 422
        assert words in answer.text
        assert CLIENT_SECRET not in answer.text
    edit = admin.post(f"{SETTINGS}/new", form_of(idp)).headers["Location"]
    again = admin.post(edit, form_of(idp, name=""))
    assert (again.status_code, "Please correct" in again.text) == (422, True)


def test_a_failed_test_says_what_to_do(north: House, idp: IdentityProvider) -> None:
    trusted = trust(north, idp)
    idp.status = 500
    page = visit(north, "admin").post(f"{SETTINGS}/{trusted['id']}/test").text
    assert "it answered with the status 500" in page
    assert "Correct the issuer below" in page


def try_it(admin: Visitor, idp: IdentityProvider, trusted: Any, subject: str) -> str:
    out = admin.get(f"{SETTINGS}/{trusted['id']}/try")
    assert out.status_code == 303
    return idp.sign_in(out.headers["Location"], subject)


def test_trying_shows_what_would_come_of_it_and_signs_nobody_in(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    host = own_domain(north, dns)
    mapping = [{"group": "desk", "role": "librarian"}]
    trusted = trust(
        north, idp, enabled=False, create_accounts=True, link_by_email=True, group_roles=mapping
    )
    admin = visit(north, "admin")
    knows(idp, "nora", f"nora@{host}", groups=["desk", "others"])
    page = admin.get(try_it(admin, idp, trusted, "nora")).text
    assert "This sign-in would succeed" in page
    assert "A new account" in page
    assert "librarian" in page
    assert "desk, others" in page
    knows(idp, "lena", north.email("auditor"))
    page = admin.get(try_it(admin, idp, trusted, "lena")).text
    assert "it would be linked: Auditor of" in page
    knows(idp, "olaf", "olaf@elsewhere.example")
    page = admin.get(try_it(admin, idp, trusted, "olaf")).text
    assert "This sign-in would be refused" in page
    assert "sso_domain_not_proved" in page
    assert email_of(admin) == north.email("admin")
    people = north.api("admin").get("/api/v1/staff?per_page=100").json["items"]
    assert f"nora@{host}" not in {one["email"] for one in people}
    assert len(events(north, "sso.tried")) == 3
    assert events(north, "sso.linked") == []


def test_a_trial_is_for_the_admin_who_began_it(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    """Somebody who gets hold of it is not signed in by it, either."""
    own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    knows(idp, "lena", north.email("librarian"))
    admin = visit(north, "admin")
    back = try_it(admin, idp, trusted, "lena")
    admin.client.delete_cookie(north.app.config["SIGN_IN_COOKIE"], domain=north.tenant.host)
    answer = admin.get(back)
    assert (answer.status_code, "sso_flow_lost" in answer.text) == (403, True)
    assert email_of(admin) == ""
    assert visit(north, "auditor").get(f"{SETTINGS}/{trusted['id']}/try").status_code == 403


def test_a_provider_that_is_down_is_told_to_who_tries_it(
    north: House, idp: IdentityProvider
) -> None:
    trusted = trust(north, idp)
    idp.status = 500
    page = visit(north, "admin").get(f"{SETTINGS}/{trusted['id']}/try").text
    assert "This sign-in would be refused" in page
    assert "sso_provider_failed" in page


def test_an_auditor_sees_and_changes_nothing(north: House, idp: IdentityProvider) -> None:
    trusted = trust(north, idp)
    auditor = visit(north, "auditor")
    page = auditor.get(SETTINGS)
    assert (page.status_code, idp.issuer in page.text) == (200, True)
    assert "Change or test" not in page.text
    assert auditor.get(f"{SETTINGS}/{trusted['id']}").status_code == 403
    assert auditor.post(f"{SETTINGS}/{trusted['id']}/remove").status_code == 403


def test_a_wrong_password_leaves_the_buttons_where_they_are(
    north: House, idp: IdentityProvider
) -> None:
    trust(north, idp)
    answer = visit(north).post("/sign-in", {"email": "a@b.example", "password": "x" * 12})
    assert answer.status_code == 401
    assert "Sign in with Town account" in answer.text
