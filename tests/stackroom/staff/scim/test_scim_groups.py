"""Groups give roles only where an admin lets them, and take back what they gave alone."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.core.permissions import Grant, Principal, held_by
from stackroom.staff.errors import GrantBeyondOwn
from stackroom.staff.models import Origin, RoleGrant
from stackroom.staff.scim import groups
from stackroom.testing.directory import Directory, directory_of
from stackroom.testing.house import House


def let_give(house: House, group_id: str, role: str) -> None:
    """As an admin does on the page; who may all."""
    every = frozenset(known.key for known in registry.permissions)
    with house.work("admin"):
        by = Principal(uuid4(), "", "Admin", (Grant("admin", every),), uuid4(), "web")
        groups.let_give(groups.group(UUID(group_id)), role, None, by)


def roles_of(house: House, name: str) -> list[tuple[str, str]]:
    with house.work("admin"):
        grants = db.session.scalars(
            sa.select(RoleGrant).where(RoleGrant.account.has(email=name)).order_by(RoleGrant.role)
        ).all()
        return [(grant.role, grant.origin) for grant in grants]


def entries(house: House, action: str) -> list[Any]:
    path = f"/api/v1/audit/entries?action={action}"
    found: list[Any] = house.api("auditor").get(path).json["items"]
    return found


NIA = "nia@directory.example"
FROM_DIRECTORY = [("circulation", Origin.DIRECTORY)]


def test_a_group_gives_nothing_until_an_admin_says_so(north: House, directory: Directory) -> None:
    group_id = directory.add_group("Desk", directory.add_user("nia"))
    assert roles_of(north, NIA) == []
    let_give(north, group_id, "circulation")
    assert roles_of(north, NIA) == FROM_DIRECTORY
    (told,) = entries(north, "directory.group_mapped")
    assert told["sentence"].endswith("the group Desk gives from none to circulation")


def test_who_comes_later_gets_the_role_and_who_goes_loses_it(
    north: House, directory: Directory
) -> None:
    group_id, user_id = directory.add_group("Desk"), directory.add_user("nia")
    let_give(north, group_id, "circulation")
    path = f"/Groups/{group_id}"
    member = {"op": "add", "path": "members", "value": [{"value": user_id}]}
    assert directory.patch(path, member).json["members"][0]["value"] == user_id
    assert roles_of(north, NIA) == FROM_DIRECTORY
    assert directory.get(f"/Users/{user_id}").json["groups"][0]["display"] == "Desk"
    gone = {"op": "remove", "path": f'members[value eq "{user_id}"]'}
    assert "members" not in directory.patch(path, gone).json
    assert roles_of(north, NIA) == []
    told = [entry["sentence"] for entry in entries(north, "directory.group_changed")]
    assert "came nia@directory.example" in told[1]
    assert "went nia@directory.example" in told[0]


def test_roles_given_by_hand_stay_whatever_the_group_does(
    north: House, directory: Directory
) -> None:
    user_id = directory.add_user("x", userName=north.email("librarian"))
    group_id = directory.add_group("Desk", user_id)
    let_give(north, group_id, "librarian")
    both = [("librarian", Origin.DIRECTORY), ("librarian", Origin.HAND)]
    assert sorted(roles_of(north, north.email("librarian"))) == both
    assert directory.delete(f"/Groups/{group_id}").status_code == 204
    assert roles_of(north, north.email("librarian")) == [("librarian", Origin.HAND)]
    assert len(entries(north, "directory.group_removed")) == 1


def test_two_groups_that_give_the_same_role_hold_it_together(
    north: House, directory: Directory
) -> None:
    user_id = directory.add_user("nia")
    first, second = directory.add_group("A", user_id), directory.add_group("B", user_id)
    for group_id in (first, second):
        let_give(north, group_id, "circulation")
    directory.delete(f"/Groups/{first}")
    assert roles_of(north, NIA) == FROM_DIRECTORY
    let_give(north, second, "")
    assert roles_of(north, NIA) == []


def test_somebody_who_is_removed_leaves_groups_and_roles(
    north: House, directory: Directory
) -> None:
    user_id = directory.add_user("nia")
    group_id = directory.add_group("Desk", user_id)
    let_give(north, group_id, "circulation")
    directory.delete(f"/Users/{user_id}")
    assert roles_of(north, NIA) == []
    assert "members" not in directory.get(f"/Groups/{group_id}").json


def test_nobody_lets_a_group_give_what_they_do_not_hold(north: House, directory: Directory) -> None:
    group_id = directory.add_group("Desk", directory.add_user("nia"))
    held = held_by(["auditor"], registry.permissions)
    narrow = Principal(uuid4(), "", "Narrow", (Grant("keeper", held),), uuid4(), "web")
    with north.work("admin"):
        found = groups.group(UUID(group_id))
        with pytest.raises(GrantBeyondOwn):
            groups.let_give(found, "admin", None, narrow)
    let_give(north, group_id, "admin")
    with north.work("admin"), pytest.raises(GrantBeyondOwn):
        groups.let_give(groups.group(UUID(group_id)), "", None, narrow)


def test_the_last_admin_is_not_lost_through_a_group(north: House, directory: Directory) -> None:
    """The admin by hand goes first; then the group holds the last one."""
    user_id = directory.add_user("nia")
    group_id = directory.add_group("Admins", user_id)
    let_give(north, group_id, "admin")
    with north.work("admin"):
        hand = sa.select(RoleGrant).where(RoleGrant.role == "admin", RoleGrant.origin == "hand")
        db.session.delete(db.session.scalars(hand).one())
    answer = directory.delete(f"/Groups/{group_id}")
    assert (answer.status_code, answer.json["status"]) == (409, "409")
    assert directory.delete(f"/Users/{user_id}").status_code == 409
    assert roles_of(north, NIA) == [("admin", Origin.DIRECTORY)]


def test_groups_are_found_by_name_outer_id_and_member(directory: Directory) -> None:
    user_id = directory.add_user("nia")
    group_id = directory.add_group("Front Desk", user_id)
    directory.add_group("Cellar")
    directory.put_group(
        group_id, displayName="Front Desk", externalId="g-1", members=[{"value": user_id}]
    )
    for asked in (
        'displayName eq "front desk"', 'externalId eq "g-1"', f'members.value eq "{user_id}"',
        f'id eq "{group_id}"', f'members eq "{user_id}" and displayName sw "Front"',
    ):  # fmt: skip
        found = directory.api.get("/api/scim/v2/Groups", query_string={"filter": asked}).json
        assert [each["id"] for each in found["Resources"]] == [group_id], asked
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    assert directory.post("/Groups/.search", body).json["totalResults"] == 2
    lean = directory.get("/Groups?excludedAttributes=members").json["Resources"]
    assert all("members" not in each for each in lean)


@pytest.mark.parametrize("member", ["0197c0de-0000-7000-8000-000000000099", "nobody", ""])
def test_a_member_who_is_not_here_is_refused(directory: Directory, member: str) -> None:
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Desk"}
    answer = directory.post("/Groups", {**group, "members": [{"value": member}]})
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    assert directory.get("/Groups").json["totalResults"] == 0


def test_a_neighbours_people_and_groups_are_not_there(harbour: House, directory: Directory) -> None:
    theirs = directory_of(harbour)
    user_id = theirs.add_user("olaf")
    group_id = theirs.add_group("Cellar", user_id)
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Desk"}
    answer = directory.post("/Groups", {**group, "members": [{"value": user_id}]})
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert directory.request(method, f"/Groups/{group_id}", group).status_code == 404
    assert directory.get("/Groups").json["totalResults"] == 0
    assert theirs.get(f"/Groups/{group_id}").json["displayName"] == "Cellar"
