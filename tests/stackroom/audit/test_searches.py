"""Saved searches: one's own, and what others share."""

import re
from typing import Any

import pytest

from stackroom.audit.searches import service
from stackroom.staff.models import RoleGrant
from stackroom.staff.roles import service as roles
from stackroom.testing.house import Api, House

URL = "/api/v1/audit/searches"
DELETED = {"name": "Deleted titles", "asks": {"action": "bib.deleted", "period": "7d"}}


def save(api: Api, **changed: Any) -> dict[str, Any]:
    answer = api.post(URL, json={**DELETED, **changed})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def actions(house: House) -> list[str]:
    answer = house.api("auditor").get("/api/v1/audit/entries?action=audit.")
    return [each["action"] for each in answer.json["items"]]


def test_a_search_is_saved_changed_and_deleted_and_each_is_told(north: House) -> None:
    auditor = north.api("auditor")
    made = save(auditor)
    assert made["asks"] == DELETED["asks"]
    assert auditor.get(URL).json["items"] == [made]
    path = f"{URL}/{made['id']}"
    etag = {"If-Match": auditor.get(path).headers["ETag"]}
    changed = auditor.patch(path, json={"name": "Titles", "shared": True}, headers=etag)
    assert (changed.json["name"], changed.json["shared"]) == ("Titles", True)
    assert auditor.patch(path, json={"shared": True}, headers=etag).status_code == 412
    auditor.patch(path, json={"shared": False})
    assert auditor.delete(path).status_code == 204
    assert auditor.get(path).status_code == 404
    assert actions(north) == [
        "audit.search_deleted", "audit.search_unshared", "audit.search_shared",
        "audit.search_renamed", "audit.search_saved",
    ]  # fmt: skip


def test_another_reads_what_is_shared_and_changes_nothing(north: House) -> None:
    auditor, admin = north.api("auditor"), north.api("admin")
    own, shared = save(auditor, name="Own"), save(auditor, name="Shared", shared=True)
    assert [each["name"] for each in admin.get(URL).json["items"]] == ["Shared"]
    assert admin.get(f"{URL}/{own['id']}").status_code == 404
    path = f"{URL}/{shared['id']}"
    assert admin.get(path).status_code == 200
    assert admin.patch(path, json={"name": "Mine"}).status_code == 404
    assert admin.delete(path).status_code == 404
    assert admin.get(f"/audit/searches/{shared['id']}").status_code == 404
    assert admin.post(f"/audit/searches/{shared['id']}/delete").status_code == 404


def test_another_organisation_reads_none_of_them(north: House, harbour: House) -> None:
    shared = save(north.api("auditor"), shared=True)
    theirs = harbour.api("auditor")
    assert theirs.get(URL).json["items"] == []
    for verb in (theirs.get, theirs.delete):
        assert verb(f"{URL}/{shared['id']}").status_code == 404
    assert theirs.patch(f"{URL}/{shared['id']}", json={"name": "X"}).status_code == 404


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({}, 409, "search_name_taken", ""),
        ({"name": "Empty", "asks": {}}, 422, "invalid", "asks"),
        ({"name": "Wrong", "asks": {"action": "bib"}}, 422, "invalid", "asks.action"),
        ({"name": "Wrong", "asks": {"colour": "red"}}, 422, "invalid", "asks.colour"),
        ({"name": ""}, 422, "invalid", "name"),
        ({"name": "x" * 101}, 422, "invalid", "name"),
    ],
    ids=["taken", "nothing", "action", "unknown", "nameless", "long"],
)
def test_each_refusal(
    north: House, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    auditor = north.api("auditor")
    save(auditor)
    answer = auditor.post(URL, json={**DELETED, **changed})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert [error["field"] for error in answer.json["errors"]] == ([field] if field else [])


def test_nobody_saves_without_bound(north: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    auditor = north.api("auditor")
    save(auditor)
    answer = auditor.post(URL, json={**DELETED, "name": "Another"})
    assert (answer.status_code, answer.json["code"]) == (409, "too_many_searches")


def test_whoever_may_not_read_the_trail_saves_no_search(north: House) -> None:
    assert north.api("librarian").post(URL, json=DELETED).status_code == 403
    assert north.api("librarian").get("/audit/searches").status_code == 403


def test_a_role_that_keeps_searches_but_reads_no_trail_reads_none(north: House) -> None:
    with north.work("admin") as session:
        role = roles.create(
            name="Keeper", sentence="Keeps", permissions=["audit.searches_own"], based_on=""
        )
        session.flush()  # it gets its key
        session.add(RoleGrant(account_id=north.account("librarian").id, role=role.key))
    keeper = north.api("librarian")
    for answer in (keeper.get(URL), keeper.get("/audit/searches"), keeper.post(URL, json=DELETED)):
        assert answer.status_code == 403
        assert "audit.read" in answer.text


def test_pages_save_open_rename_and_delete(north: House) -> None:
    auditor = north.api("auditor")
    page = auditor.get("/audit?action=bib.deleted").text
    link = re.search(r'href="(/audit/searches/new\?action=bib.deleted)"', page)
    assert link
    assert "action: bib.deleted" in auditor.get(link[1]).text
    assert auditor.post(link[1], data={"name": ""}).status_code == 422
    assert auditor.post(link[1], data={"name": "Gone"}).status_code == 303
    listed = auditor.get("/audit/searches").text
    assert 'href="/audit?action=bib.deleted">Gone</a>' in listed
    edit = re.search(r'href="(/audit/searches/[0-9a-f-]+)"', listed)
    assert edit
    assert 'value="Gone"' in auditor.get(edit[1]).text
    assert auditor.post(edit[1], data={"name": "Went", "shared": "true"}).status_code == 303
    assert "Went" in north.api("admin").get("/audit/searches").text
    assert auditor.post(f"{edit[1]}/delete").status_code == 303
    assert "No saved searches yet" in auditor.get("/audit/searches").text


def test_nothing_asked_is_nothing_to_save(north: House) -> None:
    auditor = north.api("auditor")
    assert "Save this search" not in auditor.get("/audit").text
    assert "Nothing to save yet" in auditor.get("/audit/searches/new").text
    assert auditor.post("/audit/searches/new", data={"name": "All"}).status_code == 422
