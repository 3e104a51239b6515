"""Nobody invites to more than they hold themselves, then or later."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from stackroom.core import clock
from stackroom.libraries.models import Library
from stackroom.testing.house import PASSWORD, Api, House
from stackroom.testing.inviting import COLLEAGUE, EMAIL, Inviting

INVITES = ("invitations.read", "invitations.write")


def library(house: House) -> str:
    with house.work("admin") as session:
        found = Library(code="harbour", name="Harbour")
        session.add(found)
        session.flush()
        return str(found.id)


def role(house: House, name: str, permissions: Sequence[str]) -> str:
    body = {"name": name, "sentence": "Of our own", "permissions": list(permissions)}
    made = house.api("admin").post("/api/v1/roles", json=body)
    assert made.status_code == 201, made.text
    return str(made.json["id"])


def recruiter(house: House, *further: str, **more: Any) -> tuple[str, Api]:
    """Somebody who invites and holds the roles `further`, and little else."""
    role(house, "Recruiter", INVITES)
    email = f"rita@{house.tenant.slug}.example"
    body = {"email": email, "name": "Rita", "password": PASSWORD, **more}
    body["roles"] = ["recruiter", *further]
    made = house.api("admin").post("/api/v1/staff", json=body)
    assert made.status_code == 201, made.text
    given = {"email": email, "password": PASSWORD}
    token = house.anonymous().post("/api/v1/auth/tokens", json=given).json["access_token"]
    return str(made.json["id"]), Api(house.app.test_client(), house.tenant.host, token)


def invite(api: Api, **changes: Any) -> tuple[int, str]:
    answer = api.post("/api/v1/invitations", json={**COLLEAGUE, **changes})
    return answer.status_code, answer.json.get("code", "")


BEYOND = (403, "grant_beyond_own")


def test_a_recruiter_invites_to_what_they_hold_and_no_further(north: House) -> None:
    _, rita = recruiter(north, "circulation")
    for roles in (["admin"], ["auditor"], ["circulation", "librarian"]):
        assert invite(rita, roles=roles) == BEYOND
    harbour = library(north)
    grants = [{"role": "cataloguer", "library_id": harbour}]
    assert invite(rita, roles=[], grants=grants) == BEYOND
    assert north.api("admin").get("/api/v1/invitations").json["total"] == 0
    assert invite(rita, roles=["circulation"]) == (201, "")


def test_a_recruiter_revives_no_invitation_to_more(inviting: Inviting) -> None:
    made = inviting.invited(roles=["admin"])
    _, rita = recruiter(inviting.house)
    answer = rita.post(f"/api/v1/invitations/{made}/resend")
    assert (answer.status_code, answer.json["code"]) == BEYOND
    assert inviting.house.api("admin").get(f"/api/v1/invitations/{made}").json["sendings"] == 1


def test_a_file_is_held_to_the_same_rule_row_by_row(north: House) -> None:
    _, rita = recruiter(north, "circulation")
    file = b"email,roles\na@x.example,admin\nb@x.example,circulation\n"
    answer = rita.post("/api/v1/invitations/bulk", data={"file": (BytesIO(file), "p.csv")})
    assert [row["code"] for row in answer.json["rows"]] == ["grant_beyond_own", ""]


def test_a_role_is_held_at_its_library_until_its_end(inviting: Inviting) -> None:
    harbour, until = library(inviting.house), clock.now() + timedelta(days=30)
    grant = {"role": "circulation", "library_id": harbour, "until": until.isoformat()}
    inviting.invited(roles=[], grants=[grant])
    inviting.house.deliver()
    (mail,) = inviting.mails()
    assert "as circulation at Harbour until " in str(mail)
    made = inviting.accept(inviting.token()).json["grants"]
    assert [(each["role"], each["library_id"], each["origin"]) for each in made] == [
        ("circulation", harbour, "hand")
    ]
    assert made[0]["until"].startswith(f"{until:%Y-%m-%d}")


def test_what_cannot_be_given_is_named(inviting: Inviting, harbour: House) -> None:
    foreign = library(harbour)
    wrong: list[dict[str, Any]] = [
        {"roles": [], "grants": [{"role": "librarian", "library_id": foreign}]},
        {"roles": [], "grants": [{"role": "admin", "library_id": library(inviting.house)}]},
        {"roles": ["no_such_role"]},
        {"roles": ["patron"]},
        {"roles": [], "grants": []},
    ]
    for changes in wrong:
        answer = inviting.invite(**changes)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "roles")


@pytest.mark.parametrize("loss", [["recruiter"], ["circulation"], ["auditor"]])
def test_an_inviter_who_lost_a_part_lets_nobody_in(inviting: Inviting, loss: list[str]) -> None:
    """The roles that are conferred, or the right to invite."""
    rita_id, rita = recruiter(inviting.house, "circulation")
    assert invite(rita, roles=["circulation"]) == (201, "")
    token = inviting.token()
    admin = inviting.house.api("admin")
    assert admin.patch(f"/api/v1/staff/{rita_id}", json={"roles": loss}).status_code == 200
    answer = inviting.accept(token)
    assert (answer.status_code, answer.json["code"]) == (409, "inviter_without_right")
    path = f"/invitations/accept?token={token}"
    page = inviting.house.anonymous().get(path)
    assert page.status_code == 409
    assert "Rita invited you and may not give these roles any more" in page.text

    back = {"roles": ["recruiter", "circulation"]}
    admin.patch(f"/api/v1/staff/{rita_id}", json=back)
    assert inviting.accept(token).status_code == 201, "it was refused, and not used up"


def test_a_role_that_grew_is_more_than_was_held(inviting: Inviting) -> None:
    """The inviter is asked for what the role confers now."""
    house = inviting.house
    role_id = role(house, "Helper", ["bibs.read"])
    role(house, "Clerk", ["bibs.read"])
    _, rita = recruiter(house, "clerk")
    assert invite(rita, roles=["helper"]) == (201, "")
    token = inviting.token()
    grown = {"permissions": ["bibs.read", "staff.write"]}
    path = f"/api/v1/roles/{role_id}"
    assert house.api("admin").patch(path, json=grown).status_code == 200
    assert inviting.accept(token).json["code"] == "inviter_without_right"


def test_a_role_that_is_gone_is_given_to_nobody(inviting: Inviting) -> None:
    role_id = role(inviting.house, "Helper", ["bibs.read"])
    inviting.invited(roles=["helper"])
    token = inviting.token()
    gone = inviting.house.api("admin").delete(f"/api/v1/roles/{role_id}")
    assert gone.status_code == 204
    answer = inviting.accept(token)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "roles")


def test_whoever_is_signed_in_lends_the_invited_no_rights(inviting: Inviting) -> None:
    """The rights of the inviter bound what is given, not those of the browser's owner."""
    inviting.invited(roles=["librarian"])
    body = {"token": inviting.token(), "name": "Carl", "password": PASSWORD}
    patron = inviting.house.api("patron")
    answer = patron.post("/api/v1/invitations/acceptances", json=body)
    assert answer.status_code == 201
    assert answer.json["email"] == EMAIL
