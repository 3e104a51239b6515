"""Who is linked, and taking it back."""

from uuid import uuid4

from stackroom.testing.house import House
from stackroom.testing.identity_provider import IdentityProvider
from stackroom.testing.name_server import NameServer
from stackroom.testing.sso import come, email_of, events, knows, own_domain, trust
from stackroom.testing.visitor import visit

PEOPLE = "/organisation/sign-in/people"


def test_an_admin_unlinks_somebody_who_is_out_at_once_and_without_the_roles_of_their_groups(
    north: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    admin = visit(north, "admin")
    assert "Nobody is linked yet" in admin.get(PEOPLE).text
    mapping = [{"group": "desk", "role": "librarian"}]
    trusted = trust(north, idp, link_by_email=True, group_roles=mapping)
    knows(idp, "ada", north.email("auditor"), groups=["desk"])
    _answer, inside = come(north, idp, trusted, "ada")
    assert email_of(inside) == north.email("auditor")
    page = admin.get(PEOPLE).text
    assert north.email("auditor") in page
    unlink = page.partition(f'action="{PEOPLE}/')[2].partition('"')[0]
    assert admin.post(f"{PEOPLE}/{unlink}").status_code == 303
    assert email_of(inside) == ""
    people = north.api("admin").get("/api/v1/staff?per_page=100").json["items"]
    roles = next(one["roles"] for one in people if one["email"] == north.email("auditor"))
    assert roles == ["auditor"]
    assert len(events(north, "sso.unlinked")) == 1


def test_only_who_sets_single_sign_on_up_unlinks(
    north: House, harbour: House, idp: IdentityProvider, dns: NameServer
) -> None:
    own_domain(north, dns)
    trusted = trust(north, idp, link_by_email=True)
    knows(idp, "lena", north.email("librarian"))
    assert come(north, idp, trusted, "lena")[0].status_code == 303
    listed = north.api("auditor").get("/api/v1/sso/identities")
    assert (listed.status_code, listed.json["total"]) == (200, 1)
    path = f"/api/v1/sso/identities/{listed.json['items'][0]['id']}"
    assert north.api("librarian").get("/api/v1/sso/identities").status_code == 403
    assert north.api("auditor").delete(path).status_code == 403
    headers = {"X-Request-Id": "same"}
    foreign = harbour.api("admin").delete(path, headers=headers)
    nobodys = harbour.api("admin").delete(f"/api/v1/sso/identities/{uuid4()}", headers=headers)
    assert (foreign.status_code, foreign.data) == (404, nobodys.data)
    assert harbour.api("admin").get("/api/v1/sso/identities").json["total"] == 0
