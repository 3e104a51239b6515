"""People as the directory has them: opened, changed, closed, and found again."""

from typing import Any
from uuid import uuid4

import pytest

from stackroom.testing.directory import Directory, directory_of
from stackroom.testing.furnish import add_key
from stackroom.testing.house import Answer, Api, House

USERS = "/Users"
EMAIL = {"value": "nia@north.example", "type": "work", "primary": True}


def refused(answer: Answer, status: int, kind: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/scim+json"
    assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert (answer.json["status"], answer.json.get("scimType")) == (str(status), kind)
    assert len(answer.json["detail"]) > 10


def entries(house: House, action: str) -> list[Any]:
    path = f"/api/v1/audit/entries?action={action}"
    found: list[Any] = house.api("auditor").get(path).json["items"]
    return found


def staff(house: House) -> dict[str, Any]:
    people = house.api("admin").get("/api/v1/staff?per_page=100").json["items"]
    return {person["email"]: person for person in people}


def test_somebody_new_gets_an_account_without_a_password_and_without_a_role(
    north: House, directory: Directory
) -> None:
    answer = directory.post(
        USERS,
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "Nia@North.example",
            "externalId": "00u1",
            "name": {"givenName": "Nia", "familyName": "New"},
            "emails": [EMAIL],
            "active": True,
        },
    )
    assert answer.status_code == 201
    assert answer.json["userName"] == "Nia@North.example"
    assert answer.headers["Location"].endswith(f"/api/scim/v2/Users/{answer.json['id']}")
    assert answer.headers["Location"].startswith(f"http://{north.tenant.host}")
    assert answer.headers["ETag"] == answer.json["meta"]["version"]
    person = staff(north)["nia@north.example"]
    assert (person["name"], person["roles"], person["active"]) == ("Nia New", [], True)
    assert len(entries(north, "directory.user_added")) == 1
    sign_in = {"email": "nia@north.example", "password": ""}
    assert north.anonymous().post("/api/v1/auth/tokens", json=sign_in).status_code == 401


@pytest.mark.parametrize("way", ["patch", "put", "delete"])
def test_a_leaver_is_out_on_the_next_request(north: House, directory: Directory, way: str) -> None:
    person = north.api("librarian")
    user_id = directory.add_user("x", userName=north.email("librarian"))
    assert person.get("/api/v1/me").status_code == 200
    path = f"{USERS}/{user_id}"
    answer = {
        "patch": lambda: directory.patch(path, {"op": "replace", "path": "active", "value": False}),
        "put": lambda: directory.put_user(user_id, userName=north.email("librarian"), active=False),
        "delete": lambda: directory.delete(path),
    }[way]()
    assert answer.status_code in (200, 204)
    assert person.get("/api/v1/me").status_code == 401
    assert staff(north)[north.email("librarian")]["active"] is False
    if way == "delete":
        refused(directory.get(path), 404)
        assert len(entries(north, "directory.user_removed")) == 1
    else:
        assert (
            "active from “yes” to “no”" in entries(north, "directory.user_changed")[0]["sentence"]
        )


def test_somebody_who_is_here_is_taken_in_by_the_same_user_name_alone(
    north: House, directory: Directory
) -> None:
    before = staff(north)[north.email("librarian")]
    directory.add_user("x", userName=north.email("librarian").upper(), displayName="Lu")
    after = staff(north)[north.email("librarian")]
    assert (after["id"], after["roles"]) == (before["id"], ["librarian"])
    assert len(entries(north, "directory.user_adopted")) == 1
    by_address = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "someone"}
    emails = [{"value": north.email("auditor"), "primary": True}]
    refused(directory.post(USERS, by_address | {"emails": emails}), 409, "uniqueness")
    assert len(staff(north)) == 3


def test_who_comes_back_gets_the_account_they_had(north: House, directory: Directory) -> None:
    first = staff(north)[north.email("librarian")]["id"]
    user_id = directory.add_user("x", userName=north.email("librarian"))
    directory.delete(f"{USERS}/{user_id}")
    again = directory.add_user("x", userName=north.email("librarian"))
    assert again != user_id
    person = staff(north)[north.email("librarian")]
    assert (person["id"], person["active"]) == (first, True)


def test_a_user_name_is_taken_once_whatever_its_case(directory: Directory) -> None:
    directory.add_user("nia")
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}
    refused(directory.post(USERS, {**body, "userName": "NIA@directory.example"}), 409, "uniqueness")


def test_the_last_admin_stays(north: House, directory: Directory) -> None:
    user_id = directory.add_user("x", userName=north.email("admin"))
    path = f"{USERS}/{user_id}"
    off = {"op": "replace", "path": "active", "value": False}
    for answer in (directory.patch(path, off), directory.delete(path)):
        refused(answer, 409)
        assert "needs an admin" in answer.json["detail"]
    assert directory.get(path).json["active"] is True
    assert north.api("admin").get("/api/v1/me").status_code == 200


def test_the_address_of_somebody_with_roles_given_by_hand_is_not_led_elsewhere(
    north: House, directory: Directory
) -> None:
    """Mail to set a new password would go there: the key would become that person."""
    user_id = directory.add_user("x", userName=north.email("librarian"))
    moved = directory.put_user(user_id, userName="evil@elsewhere.example")
    assert moved.json["userName"] == "evil@elsewhere.example"
    assert north.email("librarian") in staff(north)
    assert "evil@elsewhere.example" not in staff(north)


def test_the_address_of_somebody_whom_the_directory_made_follows(
    north: House, directory: Directory
) -> None:
    user_id = directory.add_user("nia")
    directory.put_user(user_id, userName="nia.berg@directory.example", displayName="Nia Berg")
    person = staff(north)["nia.berg@directory.example"]
    assert person["name"] == "Nia Berg"
    (told,) = entries(north, "directory.user_changed")
    assert (
        "userName from “nia@directory.example” to “nia.berg@directory.example”" in told["sentence"]
    )


def test_what_is_not_said_of_being_active_changes_nothing(directory: Directory) -> None:
    user_id = directory.add_user("nia", active=False)
    assert directory.put_user(user_id, userName="nia@directory.example").json["active"] is False


def test_a_replacement_without_a_change_is_no_change(north: House, directory: Directory) -> None:
    user_id = directory.add_user("nia")
    version = directory.get(f"{USERS}/{user_id}").json["meta"]["version"]
    again = directory.put_user(user_id, userName="nia@directory.example")
    assert again.json["meta"]["version"] == version
    assert entries(north, "directory.user_changed") == []


def test_a_version_that_is_not_the_present_one_changes_nothing(directory: Directory) -> None:
    path = f"{USERS}/{directory.add_user('nia')}"
    version = directory.get(path).json["meta"]["version"]
    name = {"op": "replace", "path": "displayName", "value": "Nia"}
    assert directory.patch(path, name, If_Match=version).status_code == 200
    refused(directory.patch(path, name, If_Match=version), 412)
    refused(directory.request("DELETE", path, If_Match=version), 412)


FOUND = [
    ('userName eq "NIA@directory.example"', ["nia"]),
    ('externalId eq "e-nia"', ["nia"]),
    ('externalId eq "E-NIA"', []),
    ('userName sw "ni" and active eq true', ["nia"]),
    ('userName co "directory" and not (displayName eq "olaf")', ["nia"]),
    ('displayName co "LA" or externalId eq "e-nia"', ["nia", "olaf"]),
    ('emails.value eq "nia@work.example"', ["nia"]),
    ('emails eq "ia@work.example"', []),
    ('emails co "work"', ["nia", "olaf"]),
    ("displayName pr", ["olaf"]),
    ('active eq "False"', []),
    ('userName ew "100%"', []),
]


@pytest.mark.parametrize(("asked", "names"), FOUND)
def test_people_are_found_by_what_directories_ask_for(
    directory: Directory, asked: str, names: list[str]
) -> None:
    for name, more in (("nia", {}), ("olaf", {"displayName": "Olaf"})):
        emails = [{"value": f"{name}@work.example"}]
        directory.add_user(name, externalId=f"e-{name}", emails=emails, **more)
    answer = directory.api.get("/api/scim/v2/Users", query_string={"filter": asked})
    assert [each["userName"].partition("@")[0] for each in answer.json["Resources"] or []] == names
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": asked}
    assert directory.post(f"{USERS}/.search", body).json["totalResults"] == len(names)


@pytest.mark.parametrize(
    "asked",
    [
        "userName",
        'userName xx "a"',
        'title eq "x"',
        'userName gt "a"',
        'emails[type eq "work"]',
        'userName eq "\\u0000"',
        'displayName co "\\ud800"',
    ],
)
def test_what_cannot_be_looked_up_is_refused_and_not_half_answered(
    directory: Directory, asked: str
) -> None:
    answer = directory.api.get("/api/scim/v2/Users", query_string={"filter": asked})
    refused(answer, 400, "invalidFilter")


def test_a_list_comes_in_pages_and_with_the_attributes_that_are_asked_for(
    directory: Directory,
) -> None:
    for number in range(3):
        directory.add_user(f"n{number}", displayName=f"N {number}")
    page = directory.get("/Users?startIndex=2&count=1&attributes=displayName").json
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert set(page["Resources"][0]) <= {"schemas", "id", "displayName"}
    assert page["Resources"][0]["displayName"] == "N 1"
    assert directory.get("/Users?count=0").json["totalResults"] == 3
    assert directory.get(f"/Users?startIndex={10**30}").json["itemsPerPage"] == 0
    assert "displayName" not in directory.get("/Users?excludedAttributes=displayName").text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "invalidValue"),
        ({"userName": ""}, "invalidValue"),
        ({"userName": "x" * 255}, "invalidValue"),
        ({"userName": "a\0b"}, "invalidValue"),
        ({"userName": "a", "name": {"givenName": "a\0b"}}, "invalidValue"),
        ({"userName": "a", "active": "perhaps"}, "invalidValue"),
        ({"userName": "a", "emails": [{"value": "nowhere"}]}, "invalidValue"),
        ([], "invalidSyntax"),
    ],
)
def test_a_wrong_body_is_refused_in_scims_own_shape(
    directory: Directory, body: Any, kind: str
) -> None:
    user = "urn:ietf:params:scim:schemas:core:2.0:User"
    sent = {"schemas": [user], **body} if isinstance(body, dict) else body
    refused(directory.post(USERS, sent), 400, kind)
    assert directory.get(USERS).json["totalResults"] == 0


def test_another_organisations_key_and_ids_open_nothing(
    north: House, harbour: House, directory: Directory
) -> None:
    theirs = directory_of(harbour)
    user_id = theirs.add_user("olaf")
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "x"}
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answers = [
            directory.request(method, f"/Users/{one}", body, X_Request_Id="same")
            for one in (user_id, uuid4())
        ]
        refused(answers[0], 404)
        assert answers[0].data == answers[1].data
    assert (
        directory.get('/Users?filter=userName eq "olaf@directory.example"').json["totalResults"]
        == 0
    )
    stranger = Directory(Api(north.app.test_client(), north.tenant.host, theirs.api.token))
    refused(stranger.get("/Users"), 401)
    assert theirs.get(f"/Users/{user_id}").json["active"] is True


def test_the_key_of_a_directory_does_nothing_else_and_no_other_key_does_this(
    north: House, directory: Directory
) -> None:
    for path in ("/api/v1/staff", "/api/v1/bibs/x", "/api/v1/patrons", "/api/v1/audit/entries"):
        assert directory.api.get(path).status_code in (403, 404)
    assert directory.api.post("/api/v1/api-keys", json={}).status_code == 403
    other = add_key(north.api("admin"), ["staff.read"], service="Other")["token"]
    refused(Directory(Api(north.app.test_client(), north.tenant.host, other)).get("/Users"), 403)
    for role, status in (("librarian", 403), ("auditor", 403), ("patron", 403)):
        refused(Directory(north.api(role)).get("/Users"), status)
    refused(Directory(north.anonymous()).get("/Users"), 401)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/Me"), ("POST", "/Bulk"), ("POST", "/.search")],
)
def test_what_we_do_not_have_is_not_implemented(
    directory: Directory, method: str, path: str
) -> None:
    refused(directory.request(method, path, {}), 501)


def test_a_method_and_an_address_that_are_not_there_answer_in_scims_shape(
    directory: Directory,
) -> None:
    refused(directory.request("PATCH", "/Schemas", {}), 405)
    refused(directory.get("/Pets"), 404)


def test_a_suspended_organisation_is_read_and_not_changed(
    north: House, directory: Directory
) -> None:
    user_id = directory.add_user("nia")
    north.suspend()
    assert directory.get(f"/Users/{user_id}").status_code == 200
    refused(directory.delete(f"/Users/{user_id}"), 403)
