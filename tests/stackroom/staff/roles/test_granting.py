"""Who may give what (issue: nobody grants what they do not hold), where, and for how long."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.permissions import AuditorWrites, permission
from stackroom.libraries.models import Library
from stackroom.staff.models import RoleGrant
from stackroom.testing.furnish import add_bib, add_patron
from stackroom.testing.house import PASSWORD, Api, House


def library(house: House, code: str = "harbour") -> str:
    with house.work("admin") as session:
        found = Library(code=code, name=code.title())
        session.add(found)
        session.flush()
        return str(found.id)


def main(house: House) -> str:
    with house.work("admin") as session:
        return str(session.scalars(sa.select(Library.id).where(Library.code == "main")).one())


def hire(house: House, name: str, **roles: Any) -> tuple[dict[str, Any], Api]:
    email = f"{name}@{house.tenant.slug}.example"
    body = {"email": email, "name": name.title(), "password": PASSWORD, **roles}
    made = house.api("admin").post("/api/v1/staff", json=body)
    assert made.status_code == 201, made.text
    sign_in = {"email": email, "password": PASSWORD}
    token = house.anonymous().post("/api/v1/auth/tokens", json=sign_in).json["access_token"]
    return made.json, Api(house.app.test_client(), house.tenant.host, token)


def admin_of_staff(house: House) -> Api:
    """Somebody who manages staff and may little else."""
    role = {"name": "Personnel", "sentence": "Hires", "permissions": ["staff.read", "staff.write"]}
    house.api("admin").post("/api/v1/roles", json=role)
    return hire(house, "petra", roles=["personnel"])[1]


def test_a_role_at_one_library_serves_there_and_nowhere_else(north: House) -> None:
    harbour = library(north)
    grant = {"role": "circulation", "library_id": harbour}
    made, anna = hire(north, "anna", grants=[grant])
    assert made["grants"][0]["library_id"] == harbour
    with north.work() as session:
        bib = add_bib()
        session.flush()
        bib_id = str(bib.id)
        add_patron("P-1")
    copies = [("I-here", "harbour"), ("I-there", "main")]
    for barcode, code in copies:
        body = {"bib_id": bib_id, "barcode": barcode, "library": code}
        assert north.api("librarian").post("/api/v1/items", json=body).status_code == 201
    lend = {"patron_barcode": "P-1"}
    refused = anna.post("/api/v1/loans", json={**lend, "item_barcode": "I-there"})
    assert (refused.status_code, refused.json["code"]) == (403, "permission_denied")
    assert "At Main library" in refused.json["detail"]
    assert anna.post("/api/v1/loans", json={**lend, "item_barcode": "I-here"}).status_code == 201
    assert anna.post("/api/v1/returns", json={"item_barcode": "I-there"}).status_code == 403
    there = {"item_barcode": "I-here", "library": "main"}
    assert anna.post("/api/v1/returns", json=there).status_code == 403
    assert anna.post("/api/v1/returns", json={"item_barcode": "I-here"}).status_code == 200
    assert anna.get("/api/v1/patrons").status_code == 200, "patrons are shared by all libraries"


def test_a_cataloguer_of_one_library_moves_no_copy_out_of_it_or_in(north: House) -> None:
    harbour = library(north)
    _, anna = hire(north, "anna", grants=[{"role": "cataloguer", "library_id": harbour}])
    bib = anna.post("/api/v1/bibs", json={"title": "The tides"})
    assert bib.status_code == 201, "titles are shared"
    copy = {"bib_id": bib.json["id"], "barcode": "I-1"}
    assert anna.post("/api/v1/items", json={**copy, "library": "main"}).status_code == 403
    item = anna.post("/api/v1/items", json={**copy, "library": "harbour"})
    assert item.status_code == 201
    path = f"/api/v1/items/{item.json['id']}"
    assert anna.patch(path, json={"library": "main"}).status_code == 403
    admin = north.api("admin")
    assert admin.patch(path, json={"library": "main"}).status_code == 200
    assert anna.patch(path, json={"library": "harbour"}).status_code == 403
    assert anna.delete(path).status_code == 403
    assert anna.get("/api/v1/imports").status_code == 403, "takes a role for the whole organisation"


def test_a_role_ends_by_itself(north: House) -> None:
    until = clock.now() + timedelta(days=1)
    made, anna = hire(north, "anna", grants=[{"role": "librarian", "until": until.isoformat()}])
    assert made["roles"] == ["librarian"]
    assert anna.get("/api/v1/patrons").status_code == 200
    with north.work("admin") as session:
        (grant,) = session.scalars(sa.select(RoleGrant).filter_by(id=UUID(made["grants"][0]["id"])))
        grant.until = clock.now() - timedelta(seconds=1)
    assert anna.get("/api/v1/patrons").status_code == 403
    shown = north.api("admin").get(f"/api/v1/staff/{made['id']}").json
    assert shown["roles"] == []
    assert shown["grants"][0]["role"] == "librarian", "still told, as something that ended"


def test_nobody_gives_what_they_do_not_hold(north: House) -> None:
    petra = admin_of_staff(north)
    body = {"email": "x@north.example", "name": "X", "password": PASSWORD}
    for roles in (["admin"], ["librarian"], ["auditor"]):
        answer = petra.post("/api/v1/staff", json={**body, "roles": roles})
        assert (answer.status_code, answer.json["code"]) == (403, "grant_beyond_own"), roles
    assert petra.post("/api/v1/staff", json={**body, "roles": ["personnel"]}).status_code == 201


def test_nobody_raises_themselves(north: House) -> None:
    petra = admin_of_staff(north)
    me = petra.get("/api/v1/me").json["id"]
    for body in ({"roles": ["personnel", "admin"]}, {"grants": [{"role": "librarian"}]}):
        assert petra.patch(f"/api/v1/staff/{me}", json=body).json["code"] == "grant_beyond_own"
    assert petra.get("/api/v1/me").json["roles"] == ["personnel"]


def test_nobody_raises_the_role_they_hold(north: House) -> None:
    permissions = ["staff.read", "roles.write"]
    body = {"name": "Roles", "sentence": "Makes roles", "permissions": permissions}
    role = north.api("admin").post("/api/v1/roles", json=body).json
    _, rosa = hire(north, "rosa", roles=["roles"])
    path = f"/api/v1/roles/{role['id']}"
    wanted = {"permissions": [*permissions, "staff.write"]}
    assert rosa.patch(path, json=wanted).json["code"] == "grant_beyond_own"
    new = {"name": "Mine", "sentence": "Mine", "permissions": ["organisation.export"]}
    assert rosa.post("/api/v1/roles", json=new).json["code"] == "grant_beyond_own"
    above = {**new, "name": "Above"}
    high = north.api("admin").post("/api/v1/roles", json=above).json
    assert rosa.delete(f"/api/v1/roles/{high['id']}").json["code"] == "grant_beyond_own"


@pytest.mark.parametrize(
    "change", [{"active": False}, {"name": "Nobody"}, {"roles": ["personnel"]}]
)
def test_nobody_meddles_with_somebody_who_may_more(north: House, change: dict[str, Any]) -> None:
    petra = admin_of_staff(north)
    admin = north.api("admin").get("/api/v1/me").json["id"]
    answer = petra.patch(f"/api/v1/staff/{admin}", json=change)
    assert answer.json["code"] == "grant_beyond_own"
    assert petra.delete(f"/api/v1/staff/{admin}").json["code"] == "grant_beyond_own"
    assert north.api("admin").get("/api/v1/me").json["name"] == "Ada Admin"


def test_who_manages_one_library_gives_roles_there_alone(north: House) -> None:
    harbour = library(north)
    body = {"name": "Desk", "sentence": "Lends", "permissions": ["loans.write"]}
    north.api("admin").post("/api/v1/roles", json=body)
    _, anna = hire(north, "anna", grants=[{"role": "desk", "library_id": harbour}])
    admin_of_staff(north)
    me = anna.get("/api/v1/me").json["id"]
    both = {"roles": ["personnel"], "grants": [{"role": "desk", "library_id": harbour}]}
    assert north.api("admin").patch(f"/api/v1/staff/{me}", json=both).status_code == 200
    new = {"email": "n@north.example", "name": "N", "password": PASSWORD}
    for grant in ({"role": "desk"}, {"role": "desk", "library_id": main(north)}):
        answer = anna.post("/api/v1/staff", json={**new, "grants": [grant]})
        assert answer.json["code"] == "grant_beyond_own"
    here = {"role": "desk", "library_id": harbour}
    assert anna.post("/api/v1/staff", json={**new, "grants": [here]}).status_code == 201


@pytest.mark.parametrize(
    "grants",
    [
        [{"role": "king"}],
        [{"role": "admin", "library_id": "HARBOUR"}],
        [{"role": "librarian", "library_id": "0197c0de-0000-7000-8000-000000000099"}],
        [{"role": "librarian", "until": "2026-01-01"}],
        [],
    ],
)
def test_a_grant_that_cannot_be_is_refused_by_field(north: House, grants: list[Any]) -> None:
    place = library(north)
    given = [{**each, **({"library_id": place} if each.get("library_id") == "HARBOUR" else {})}
             for each in grants]  # fmt: skip
    body = {"email": "x@north.example", "name": "X", "password": PASSWORD, "grants": given}
    answer = north.api("admin").post("/api/v1/staff", json=body)
    assert answer.status_code == 422, answer.text


def test_an_admin_for_a_while_is_not_the_last_one(north: House) -> None:
    admin = north.api("admin")
    me = admin.get("/api/v1/me").json["id"]
    until = (clock.now() + timedelta(days=3)).isoformat()
    body = {"grants": [{"role": "admin", "until": until}]}
    answer = admin.patch(f"/api/v1/staff/{me}", json=body)
    assert answer.json["code"] == "last_admin"
    hire(north, "anna", grants=[{"role": "admin", "until": until}])
    assert admin.delete(f"/api/v1/staff/{me}").json["code"] == "last_admin"


def test_the_trail_tells_where_and_until_when(north: House) -> None:
    harbour = library(north)
    made, _ = hire(north, "anna", grants=[
        {"role": "circulation", "library_id": harbour, "until": "2099-03-03T00:00:00Z"},
    ])  # fmt: skip
    query = f"?action=role.granted&subject_id={made['id']}"
    told = str(north.api("auditor").get(f"/api/v1/audit/entries{query}").json)
    assert "from none to circulation at Harbour until 2099-03-03 01:00" in told


def test_a_permission_to_write_is_never_the_auditors() -> None:
    with pytest.raises(AuditorWrites, match="burn"):
        permission("loans.burn", "burn loans", "admin", "auditor")
