"""Requests as Okta and Microsoft Entra send them, each with its own way with the standard."""

from typing import Any

from stackroom.testing.directory import PATCH, Directory
from stackroom.testing.house import House

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def okta_user(**more: Any) -> dict[str, Any]:
    return {
        "schemas": [CORE],
        "userName": "isaac@north.example",
        "name": {"givenName": "Isaac", "familyName": "Brock"},
        "emails": [{"primary": True, "value": "isaac@north.example", "type": "work"}],
        "displayName": "Isaac Brock",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    } | more


def test_okta_looks_first_then_creates_and_later_sends_the_whole_user_back(
    north: House, directory: Directory
) -> None:
    asked = {"filter": 'userName eq "isaac@north.example"', "startIndex": "1", "count": "100"}
    assert directory.api.get("/api/scim/v2/Users", query_string=asked).json["totalResults"] == 0
    made = directory.post("/Users", okta_user())
    assert made.status_code == 201
    assert "password" not in made.json
    read = directory.get(f"/Users/{made.json['id']}").json
    sent_back = read | {"name": {"givenName": "Isak", "familyName": "Brock"}, "displayName": "Isak"}
    answer = directory.request("PUT", f"/Users/{made.json['id']}", sent_back)
    assert (answer.status_code, answer.json["displayName"]) == (200, "Isak")
    trail = north.api("auditor").get("/api/v1/audit/entries?per_page=100").text
    assert "1mz050nq" not in trail


def test_okta_switches_off_without_a_path(directory: Directory) -> None:
    user_id = directory.post("/Users", okta_user()).json["id"]
    off = {"op": "replace", "value": {"active": False}}
    assert directory.patch(f"/Users/{user_id}", off).json["active"] is False
    on = {"op": "replace", "value": {"active": True}}
    assert directory.patch(f"/Users/{user_id}", on).json["active"] is True


def test_okta_renames_a_group_by_its_id_and_sets_members(directory: Directory) -> None:
    user_id = directory.post("/Users", okta_user()).json["id"]
    group_id = directory.add_group("Old")
    renamed = {"op": "replace", "value": {"id": group_id, "displayName": "New"}}
    assert directory.patch(f"/Groups/{group_id}", renamed).json["displayName"] == "New"
    member = {"value": user_id, "display": "isaac@north.example"}
    added = {"op": "add", "path": "members", "value": [member]}
    assert directory.patch(f"/Groups/{group_id}", added).json["members"][0]["value"] == user_id
    cleared = {"op": "replace", "path": "members", "value": []}
    assert "members" not in directory.patch(f"/Groups/{group_id}", cleared).json


def entra_user() -> dict[str, Any]:
    return {
        "schemas": [CORE, ENTERPRISE],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "Test_User_ab6490ee@north.example",
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": "Test_User@north.example"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "given family", "familyName": "family", "givenName": "given"},
        "roles": [],
        "phoneNumbers": [{"type": "mobile", "value": "+41 44 000 00 00"}],
        ENTERPRISE: {"department": "Lending", "manager": {"value": "x"}},
    }


def test_entra_sends_more_than_we_keep_and_capital_operations(directory: Directory) -> None:
    made = directory.post("/Users", entra_user())
    assert made.status_code == 201
    assert ENTERPRISE not in made.json
    body = {
        "schemas": [PATCH],
        "Operations": [
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Replace", "path": "name.familyName", "value": "Ek"},
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@north.example"},
            {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Desk"},
        ],
    }
    answer = directory.request("PATCH", f"/Users/{made.json['id']}", body)
    assert answer.status_code == 200, answer.text
    assert answer.json["active"] is False
    assert answer.json["name"]["familyName"] == "Ek"
    assert answer.json["emails"][0]["value"] == "new@north.example"


def test_entra_adds_an_address_that_is_not_there_and_dotted_names(directory: Directory) -> None:
    user_id = directory.add_user("nia")
    answer = directory.patch(
        f"/Users/{user_id}",
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "nia@north.example"},
        {"op": "Add", "value": {"name.givenName": "Nia", "displayName": "Nia"}},
    )
    assert answer.json["emails"] == [{"type": "work", "value": "nia@north.example"}]
    assert answer.json["name"] == {"givenName": "Nia"}


def test_entra_takes_members_out_by_a_value(directory: Directory) -> None:
    users = [directory.add_user(name) for name in ("nia", "olaf")]
    group_id = directory.add_group("Desk", *users)
    gone = {"op": "Remove", "path": "members", "value": [{"value": users[0]}]}
    answer = directory.patch(f"/Groups/{group_id}", gone)
    assert [each["value"] for each in answer.json["members"]] == [users[1]]


def test_entra_asks_whether_the_connection_works(directory: Directory) -> None:
    asked = {"filter": 'userName eq "c2f9d2b4-none"'}
    answer = directory.api.get("/api/scim/v2/Users", query_string=asked)
    assert (answer.status_code, answer.json["totalResults"]) == (200, 0)
    asked = {"excludedAttributes": "members", "filter": 'displayName eq "Nobody"'}
    assert directory.api.get("/api/scim/v2/Groups", query_string=asked).json["totalResults"] == 0
