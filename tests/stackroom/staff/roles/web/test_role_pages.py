"""Roles by page: the list, the editor without JavaScript, and the matrix."""

import re
from html import unescape
from typing import Any

import pytest

from stackroom.testing.house import House
from stackroom.testing.visitor import Visitor, visit

WEEKEND: dict[str, Any] = {
    "name": "Weekend desk",
    "sentence": "Lends on Saturdays",
    "permissions": ["loans.read", "loans.write"],
    "based_on": "circulation",
}


def make(visitor: Visitor, **fields: Any) -> str:
    answer = visitor.post("/staff/roles/new?from=circulation", {**WEEKEND, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def ticked(page: str) -> set[str]:
    return set(re.findall(r'name="permissions" value="([^"]+)"[^>]* checked', page))


def revision(page: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found
    return found[1]


def test_the_list_tells_what_ships_what_is_ones_own_and_who_holds_it(north: House) -> None:
    admin = visit(north, "admin")
    path = make(admin)
    page = admin.get("/staff/roles").text
    assert "Librarian Catalogues, lends, and looks after patrons Ships 1" in plain(page)
    assert "Weekend desk Lends on Saturdays Your own 0" in plain(page)
    assert f'href="{path}"' in page
    assert "/staff/roles/new?from=auditor" in page
    assert "from=patron" not in page


def test_a_clone_begins_with_what_its_source_holds(north: House) -> None:
    admin = visit(north, "admin")
    page = admin.get("/staff/roles/new?from=circulation").text
    assert ticked(page) == {
        "bibs.read", "items.read", "loans.read", "loans.write", "patrons.read", "patrons.write",
    }  # fmt: skip
    assert 'name="based_on" value="circulation"' in page
    assert "Given at one library, it counts there and nowhere else." in page
    own = admin.get(make(admin)).text
    assert ticked(own) == {"loans.read", "loans.write"}
    again = admin.get("/staff/roles/new?from=weekend-desk").text
    assert ticked(again) == {"loans.read", "loans.write"}
    assert 'name="based_on" value="circulation"' in again
    assert ticked(admin.get("/staff/roles/new").text) == set()


def test_a_clone_of_the_auditor_offers_nothing_that_writes(north: House) -> None:
    admin = visit(north, "admin")
    page = admin.get("/staff/roles/new?from=auditor").text
    assert re.search(r'value="loans.write"[^>]* disabled', page)
    assert not re.search(r'value="loans.read"[^>]* disabled', page)
    refused = admin.post("/staff/roles/new?from=auditor", {**WEEKEND, "based_on": "auditor"})
    assert refused.status_code == 422
    assert "A role for auditors changes nothing" in refused.text
    assert ticked(refused.text) == {"loans.read", "loans.write"}, "what was sent stays"


def test_a_role_is_changed_and_an_edit_on_top_of_anothers_is_refused(north: House) -> None:
    admin = visit(north, "admin")
    path = make(admin)
    seen = revision(admin.get(path).text)
    change = {"name": "Sunday desk", "sentence": "Lends on Sundays", "revision": seen}
    saved = admin.post(path, {**change, "permissions": ["loans.read", "bibs.read"]})
    assert (saved.status_code, saved.location) == (303, path)
    page = admin.get(path).text
    assert ticked(page) == {"loans.read", "bibs.read"}
    late = admin.post(path, {**change, "permissions": []})
    assert late.status_code == 409
    assert "Somebody changed this record after you opened it" in late.text
    assert ticked(admin.get(path).text) == {"loans.read", "bibs.read"}
    none = admin.post(path, {**change, "revision": revision(page)})
    assert none.status_code == 303
    assert ticked(admin.get(path).text) == set()


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"name": ""}, 422, "name"),
        ({"name": "Librarian"}, 409, "name"),
        ({"sentence": ""}, 422, "sentence"),
        ({"permissions": ["loans.fly"]}, 422, "permissions"),
    ],
)
def test_a_role_that_cannot_be_says_why_beside_the_field(
    north: House, fields: dict[str, Any], status: int, field: str
) -> None:
    answer = visit(north, "admin").post("/staff/roles/new", {**WEEKEND, **fields})
    assert answer.status_code == status
    assert re.search(rf'id="field-{field}-error">[^<]+<', answer.text)


def test_a_role_is_removed_once_nobody_holds_it(north: House) -> None:
    admin = visit(north, "admin")
    path = make(admin)
    with north.work("admin"):
        librarian = f"/staff/{north.account('librarian').id}"
    north.api("admin").patch(f"/api/v1{librarian}", json={"roles": ["weekend-desk"]})
    page = admin.get(path).text
    assert f'Held by <a href="{librarian}">' in page
    assert "Remove this role?" not in page
    refused = admin.post(f"{path}/remove")
    assert refused.status_code == 409
    assert "This role is held by Librarian of" in refused.text
    north.api("admin").patch(f"/api/v1{librarian}", json={"roles": ["librarian"]})
    assert "Remove this role?" in admin.get(path).text
    assert admin.post(f"{path}/remove").location == "/staff/roles"
    assert admin.get(path).status_code == 404


def test_what_is_beyond_ones_own_is_closed_with_the_reason(north: House) -> None:
    body = {
        "name": "Role smith", "sentence": "Makes roles for the desk",
        "permissions": ["staff.read", "roles.write", "loans.read"],
    }  # fmt: skip
    assert north.api("admin").post("/api/v1/roles", json=body).status_code == 201
    desk = make(visit(north, "admin"))
    with north.work("admin"):
        librarian = f"/staff/{north.account('librarian').id}"
    north.api("admin").patch(f"/api/v1{librarian}", json={"roles": ["role-smith"]})
    smith = visit(north, "librarian")
    page = smith.get("/staff/roles/new?from=circulation").text
    assert re.search(r'value="loans.write"[^>]* disabled', page)
    assert "You do not hold this everywhere yourself, so you cannot give it." in page
    assert ticked(page) == {"loans.read"}, "what cannot be saved is left out of the clone"
    refused = smith.post("/staff/roles/new", WEEKEND | {"name": "Other"})
    assert refused.status_code == 403
    assert "which you do not hold yourself" in refused.text
    shown = smith.get(desk)
    assert shown.status_code == 200
    assert "which you do not hold yourself" in shown.text
    assert ">Save<" not in shown.text
    assert smith.post(f"{desk}/remove").status_code == 403


def test_readers_read_roles_and_change_none(north: House) -> None:
    path = make(visit(north, "admin"))
    auditor = visit(north, "auditor")
    assert "Clone" not in auditor.get("/staff/roles").text
    page = auditor.get(path)
    assert page.status_code == 200
    assert "Lend, renew and take back." in page.text
    assert ">Save<" not in page.text
    assert auditor.get("/staff/roles/new").status_code == 403
    assert auditor.post("/staff/roles/new", WEEKEND).status_code == 403
    assert auditor.post(path, WEEKEND).status_code == 403
    assert auditor.post(f"{path}/remove").status_code == 403
    for address in ("/staff/roles", "/staff/matrix", path):
        assert visit(north, "librarian").get(address).status_code == 403


def test_the_matrix_tells_for_each_role_what_it_may(north: House) -> None:
    make(visit(north, "admin"))
    page = visit(north, "auditor").get("/staff/matrix").text
    heads = re.findall(r'<th scope="col">(?:<a[^>]*>)?([^<]+)', page)
    assert heads == [
        "May", "Admin", "Branch manager", "Librarian", "Cataloguer", "Circulation desk", "Auditor",
        "Weekend desk",
    ]  # fmt: skip
    row = re.search(r'<th scope="row">Lend, renew and take back<.*?</tr>', page, re.DOTALL)
    assert row
    cells = re.findall(r"<td>.*?(Yes|No)", row[0])
    assert cells == ["Yes", "Yes", "Yes", "No", "Yes", "No", "Yes"]


def test_another_organisation_has_its_own(north: House, harbour: House) -> None:
    path, theirs = make(visit(north, "admin")), visit(harbour, "admin")
    assert theirs.get(path).status_code == 404
    assert theirs.post(path, WEEKEND).status_code == 404
    assert theirs.post(f"{path}/remove").status_code == 404
    assert "Weekend desk" not in theirs.get("/staff/roles").text
    assert "Weekend desk" not in theirs.get("/staff/matrix").text


def test_the_trail_leads_to_the_role(north: House) -> None:
    admin = visit(north, "admin")
    path = make(admin)
    history = re.search(r'href="(/audit/records/custom_role/[^"]+)"', admin.get(path).text)
    assert history
    entry = re.search(r'href="(/audit/[0-9][^"]+)"', admin.get(unescape(history[1])).text)
    assert entry
    assert f'href="{path}"' in admin.get(entry[1]).text
