"""The catalogue's pages: found, read, and edited with forms."""

import re
from typing import Any

import pytest

from stackroom.testing.house import House
from stackroom.testing.visitor import Visitor, visit

SAPIENS = {
    "title": "Sapiens : a brief history",
    "author": "Harari, Yuval Noah",
    "isbns": "978-0-06-231609-7\r\n",
    "subjects": "Civilization--History\r\nHuman beings",
    "language": "English",
    "year": "2015",
    "publisher": "Harper",
    "material": "book",
}


@pytest.fixture
def librarian(north: House) -> Visitor:
    return visit(north, "librarian")


def add(librarian: Visitor, **fields: Any) -> str:
    """Returns the address of the new title's page."""
    librarian.get("/catalogue/new")
    answer = librarian.post("/catalogue/new", {**SAPIENS, **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_title_is_added_with_a_form_and_shown(librarian: Visitor, north: House) -> None:
    page = librarian.get(add(librarian)).text
    for told in ("Sapiens : a brief history", "9780062316097", "Civilization--History", "Harper"):
        assert told in page
    stranger = visit(north).get("/catalogue?q=sapiens").text
    assert "1 title" in stranger
    assert "Sapiens : a brief history" in stranger
    assert "Add a title" not in stranger


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(librarian: Visitor) -> None:
    librarian.get("/catalogue/new")
    answer = librarian.post("/catalogue/new", {**SAPIENS, "isbns": "123", "year": "1"})
    assert answer.status_code == 422
    assert re.search(r'id="field-isbns-error">“123”: An ISBN has 10 or 13 digits', answer.text)
    assert "Civilization--History" in answer.text
    assert "Nothing on this page" not in librarian.get("/catalogue").text


def test_a_form_changes_what_it_shows_and_keeps_the_rest_of_the_record(
    librarian: Visitor, north: House
) -> None:
    marc = {
        "leader": "00000nam a2200000 i 4500",
        "fields": [
            {"008": "260101s1999    xx |||||||||||||||||eng d"},
            {"245": {"ind1": "0", "ind2": "0", "subfields": [{"a": "Old title"}]}},
            {"999": {"ind1": "7", "ind2": "#", "subfields": [{"q": "kept  as it is "}]}},
        ],
    }
    api = north.api("librarian")
    bib_id = api.post("/api/v1/bibs", json={"marc": marc}).json["id"]
    page = librarian.get(f"/catalogue/{bib_id}/edit").text
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    form = {"title": "New title", "language": "eng", "year": "1999", "material": "book"}
    answer = librarian.post(f"/catalogue/{bib_id}/edit", {**form, "revision": revision[1]})
    assert answer.status_code == 303
    fields = api.get(f"/api/v1/bibs/{bib_id}/marc").json["fields"]
    assert fields[1]["245"]["subfields"] == [{"a": "New title"}]
    assert [fields[0], fields[2]] == [marc["fields"][0], marc["fields"][2]]


def test_a_form_that_somebody_overtook_is_refused(librarian: Visitor) -> None:
    path = add(librarian)
    first = {**SAPIENS, "title": "First", "revision": "1"}
    assert librarian.post(f"{path}/edit", first).status_code == 303
    second = librarian.post(f"{path}/edit", {**SAPIENS, "title": "Second", "revision": "1"})
    assert second.status_code == 409
    assert "Somebody changed this record" in second.text
    assert "First" in librarian.get(path).text


def test_marc_is_edited_as_text(librarian: Visitor) -> None:
    path = add(librarian)
    text = (
        "=LDR  00000nam\\a2200000\\i\\4500\r\n=245  10$aQuite another$cby me\r\n=500  \\\\$aNote "
    )
    answer = librarian.post(f"{path}/marc/edit", {"marc": text, "revision": "1"})
    assert answer.status_code == 303
    shown = librarian.get(f"{path}/marc").text
    assert "=245  10$aQuite another$cby me" in shown
    assert "=500  \\\\$aNote <" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("=245  10$aNo leader", "=LDR"),
        ("=LDR  00000nam\\a2200000\\i\\4500\n245 10", "Line 2"),
        ("=LDR  00000nam\\a2200000\\i\\4500\n=500  \\\\$aNo title", "245 $a"),
    ],
)
def test_marc_that_cannot_be_kept_is_refused_with_the_line(
    librarian: Visitor, text: str, said: str
) -> None:
    path = add(librarian)
    answer = librarian.post(f"{path}/marc/edit", {"marc": text, "revision": "1"})
    assert answer.status_code == 422
    assert said in answer.text


def test_copies_are_added_changed_and_deleted(librarian: Visitor) -> None:
    path = add(librarian)
    form = librarian.get(f"{path}/copies/new").text
    assert '<option value="main/stacks">Main library, Stacks</option>' in form
    copy = {"barcode": "39001", "item_type": "book", "place": "main/stacks", "call_number": "CB25"}
    assert librarian.post(f"{path}/copies/new", copy).status_code == 303
    shown = librarian.get(path).text
    found = re.search(rf'href="({path}/copies/[0-9a-f-]+)">39001<', shown)
    assert found
    assert "1 of 1 on the shelf" in shown
    again = librarian.post(f"{path}/copies/new", copy)
    assert (again.status_code, "has this barcode" in again.text) == (409, True)
    assert 'value="CB25"' in librarian.get(found[1]).text
    changed = librarian.post(found[1], {**copy, "call_number": "CB26", "revision": "1"})
    assert changed.status_code == 303
    assert "CB26" in librarian.get(path).text
    assert librarian.post(f"{found[1]}/delete").status_code == 303
    assert "There is no copy" in librarian.get(path).text
    assert librarian.post(f"{path}/delete").status_code == 303
    assert librarian.get(path).status_code == 404


def test_a_title_with_copies_says_why_it_stays(librarian: Visitor) -> None:
    path = add(librarian)
    copy = {"barcode": "39001", "item_type": "book", "place": "main/stacks"}
    librarian.post(f"{path}/copies/new", copy)
    answer = librarian.post(f"{path}/delete")
    assert (answer.status_code, "still has copies" in answer.text) == (409, True)


def test_facets_narrow_and_widen_the_search(librarian: Visitor) -> None:
    add(librarian)
    add(librarian, title="Homo Deus", isbns="", year="2017", subjects="Future")
    page = librarian.get("/catalogue?q=harari").text
    narrow = "/catalogue?q=harari&amp;heading=Future"
    assert narrow in page
    narrowed = librarian.get(narrow.replace("&amp;", "&")).text
    assert "1 title" in narrowed
    assert 'href="/catalogue?q=harari" aria-current="true"' in narrowed
    assert "year_from=2010&amp;year_to=2019" in page


def test_nothing_found_says_what_to_try(librarian: Visitor) -> None:
    assert "The catalogue is empty" in librarian.get("/catalogue").text
    assert "Try fewer or other words" in librarian.get("/catalogue?q=xyzzy").text


def test_html_in_a_title_is_text(librarian: Visitor) -> None:
    title = "<script>alert('1')</script>"
    path = add(librarian, title=title, subjects='"><img src=x>')
    for page in (path, "/catalogue?q=script", f"{path}/edit", f"{path}/marc"):
        text = librarian.get(page).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.usefixtures("closed_catalogue")
def test_a_closed_catalogue_is_not_there_for_strangers(librarian: Visitor, north: House) -> None:
    path, stranger = add(librarian), visit(north)
    for page in ("/catalogue", path, f"{path}/marc"):
        assert stranger.get(page).status_code == 404
        assert visit(north, "patron").get(page).status_code == 200
    assert 'href="/catalogue"' not in stranger.get("/sign-in").text
    assert 'href="/catalogue"' in visit(north, "patron").get("/catalogue").text


def test_a_public_catalogue_is_in_everybodys_navigation(north: House) -> None:
    assert 'href="/catalogue"' in visit(north).get("/sign-in").text


def test_another_organisations_pages_are_not_there(librarian: Visitor, harbour: House) -> None:
    path, stranger = add(librarian), visit(harbour, "librarian")
    for page in (path, f"{path}/edit", f"{path}/marc", f"{path}/marc/edit", f"{path}/copies/new"):
        assert stranger.get(page).status_code == 404
    assert "Sapiens" not in stranger.get("/catalogue?q=sapiens").text


@pytest.mark.parametrize("role", ["patron", "auditor"])
def test_who_only_reads_gets_no_form(north: House, librarian: Visitor, role: str) -> None:
    path, reader = add(librarian), visit(north, role)
    assert f"{path}/edit" not in reader.get(path).text
    for page in ("/catalogue/new", f"{path}/edit", f"{path}/marc/edit", f"{path}/copies/new"):
        assert reader.get(page).status_code == 403
