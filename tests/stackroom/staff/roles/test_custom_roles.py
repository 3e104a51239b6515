from typing import Any

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.house import PASSWORD, Api, House

WEEKEND = {
    "name": "Weekend desk",
    "sentence": "Lends on Saturdays",
    "permissions": ["loans.read", "loans.write", "items.read"],
    "based_on": "circulation",
}


def made(admin: Api, **fields: Any) -> dict[str, Any]:
    answer = admin.post("/api/v1/roles", json={**WEEKEND, **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def person(house: House, email: str, **roles: Any) -> dict[str, Any]:
    body = {"email": email, "name": "Nia New", "password": PASSWORD, **roles}
    answer = house.api("admin").post("/api/v1/staff", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def signed_in(house: House, email: str) -> Api:
    body = {"email": email, "password": PASSWORD}
    token = house.anonymous().post("/api/v1/auth/tokens", json=body).json["access_token"]
    return Api(house.app.test_client(), house.tenant.host, token)


def test_a_custom_role_confers_what_it_holds_from_the_next_request_on(north: House) -> None:
    admin = north.api("admin")
    role = made(admin)
    assert role["key"] == "weekend-desk"
    person(north, "nia@north.example", roles=["weekend-desk"])
    nia = signed_in(north, "nia@north.example")
    assert nia.get("/api/v1/loans").status_code == 200
    assert nia.get("/api/v1/patrons").status_code == 403
    more = {"permissions": [*WEEKEND["permissions"], "patrons.read"]}
    changed = admin.patch(f"/api/v1/roles/{role['id']}", json=more)
    assert "patrons.read" in changed.json["permissions"]
    assert nia.get("/api/v1/patrons").status_code == 200
    admin.patch(f"/api/v1/roles/{role['id']}", json={"permissions": []})
    assert nia.get("/api/v1/loans").status_code == 403
    assert nia.get("/api/v1/me").json["permissions"] == ["me.read"], "never without one's account"


def test_the_list_names_what_ships_and_what_is_ones_own(north: House) -> None:
    admin = north.api("admin")
    role = made(admin)
    listed = admin.get("/api/v1/roles").json
    keys = [each["key"] for each in listed["items"]]
    assert keys == [
        "admin", "manager", "librarian", "cataloguer", "circulation", "auditor", "weekend-desk",
        "patron",
    ]  # fmt: skip
    assert len(keys) - 1 <= 12
    found = admin.get(f"/api/v1/roles/{role['id']}")
    assert found.json == role
    assert found.headers["ETag"]
    known = {each["key"]: each for each in admin.get("/api/v1/permissions").json["items"]}
    assert known["loans.write"]["sentence"] == "lend, renew and take back"
    assert "loans.read_own" not in known, "that is a patron's own affair"


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"name": ""}, 422, "invalid", "name"),
        ({"name": "x" * 61}, 422, "invalid", "name"),
        ({"permissions": ["loans.fly"]}, 422, "invalid", "permissions"),
        ({"permissions": ["console.operate"]}, 422, "invalid", "permissions"),
        ({"based_on": "auditor"}, 422, "invalid", "permissions"),
        ({"based_on": "king"}, 422, "invalid", "based_on"),
        ({"name": "librarian"}, 409, "role_name_taken", "name"),
    ],
)
def test_a_role_that_cannot_be_says_which_field_and_why(
    north: House, fields: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = north.api("admin").post("/api/v1/roles", json={**WEEKEND, **fields})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_name_serves_once_and_a_second_key_is_told_apart(north: House) -> None:
    admin = north.api("admin")
    made(admin)
    assert admin.post("/api/v1/roles", json=WEEKEND).json["code"] == "role_name_taken"
    assert made(admin, name="Weekend  desk!")["key"] == "weekend-desk-2"
    assert made(admin, name="Αναγνώστης")["key"] == "role"


def test_a_role_that_somebody_holds_cannot_be_removed(north: House) -> None:
    admin = north.api("admin")
    role = made(admin)
    nia = person(north, "nia@north.example", roles=["weekend-desk"])
    assert admin.delete(f"/api/v1/roles/{role['id']}").json["code"] == "role_in_use"
    admin.patch(f"/api/v1/staff/{nia['id']}", json={"roles": ["librarian"]})
    assert admin.delete(f"/api/v1/roles/{role['id']}").status_code == 204
    assert admin.get(f"/api/v1/roles/{role['id']}").status_code == 404


def test_an_edit_on_top_of_anothers_is_refused(north: House) -> None:
    admin = north.api("admin")
    role = made(admin)
    path = f"/api/v1/roles/{role['id']}"
    etag = admin.get(path).headers["ETag"]
    admin.patch(path, json={"sentence": "Lends on Sundays"})
    late = admin.patch(path, json={"sentence": "Lends"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert admin.get(path).json["sentence"] == "Lends on Sundays"


def test_every_act_leaves_before_and_after(north: House) -> None:
    admin = north.api("admin")
    role = made(admin)
    admin.patch(f"/api/v1/roles/{role['id']}", json={"permissions": ["items.read", "bibs.read"]})
    admin.delete(f"/api/v1/roles/{role['id']}")
    query = f"?subject_type=custom_role&subject_id={role['id']}"
    told = admin.get(f"/api/v1/audit/entries{query}").json["items"]
    assert {"role.created", "role.changed", "role.removed"} <= {each["action"] for each in told}
    text = str(told)
    assert "gained bibs.read" in text
    assert "lost loans.read, loans.write" in text


def test_another_organisation_has_its_own(north: House, harbour: House) -> None:
    role = made(north.api("admin"))
    theirs = harbour.api("admin")
    path = f"/api/v1/roles/{role['id']}"
    assert theirs.get(path).status_code == 404
    assert theirs.patch(path, json={"permissions": []}).status_code == 404
    assert theirs.delete(path).status_code == 404
    body = {"email": "x@h.example", "name": "X", "password": PASSWORD, "roles": ["weekend-desk"]}
    assert theirs.post("/api/v1/staff", json=body).status_code == 422
    assert made(theirs)["key"] == "weekend-desk", "their name is free here"


@pytest.mark.parametrize("role", ["librarian", "auditor", "patron"])
def test_only_admins_make_roles(north: House, role: str) -> None:
    assert north.api(role).post("/api/v1/roles", json=WEEKEND).status_code == 403


def test_shipped_roles_confer_no_more_than_the_admin_and_auditors_never_write(
    app: Stackroom, north: House
) -> None:
    shipped = {role["key"]: role for role in north.api("admin").get("/api/v1/roles").json["items"]}
    admin = set(shipped["admin"]["permissions"])
    for key, role in shipped.items():
        if key != "patron":
            assert set(role["permissions"]) <= admin, key
    known = {
        each["key"]: each for each in north.api("admin").get("/api/v1/permissions").json["items"]
    }
    assert not [key for key in shipped["auditor"]["permissions"] if known[key]["writes"]]
