"""A record and its relations as they stood at an instant, and between two."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.testing.house import House, open_house
from stackroom.testing.past import AUDIT, Past
from stackroom.testing.visitor import visit


def test_a_record_is_shown_as_it_was(past: Past) -> None:
    bib = past.add_bib("Kalevala", isbns=["9780441478125"])
    then = clock.now()
    past.api("librarian").patch(f"/api/v1/bibs/{bib}", json={"title": "Kanteletar"})
    found = past.as_of("bib", bib, then).json
    assert found["record"]["label"] == found["values"]["title"] == "Kalevala"
    assert found["values"]["isbns"] == ["9780441478125"]
    assert found["by"].startswith("Librarian")
    assert not found["deleted"]
    assert past.as_of("bib", bib).json["values"]["title"] == "Kanteletar"


def test_its_relations_stand_as_they_stood(past: Past) -> None:
    bib = past.add_bib()
    before = clock.now()
    first = past.add_item(bib, "K-1")
    then = clock.now()
    past.add_item(bib, "K-2")
    past.api("librarian").delete(f"/api/v1/items/{first}")
    assert past.as_of("bib", bib, before).json["children"] == []
    assert items(past, bib, then) == ["K-1"]
    assert items(past, bib) == ["K-2"]
    parents = past.as_of("item", first, then).json["parents"]
    assert {each["role"] for each in parents} == {"bib", "holdings", "item type"}
    assert "Kalevala" in {each["label"] for each in parents}


def items(past: Past, bib: str, *at: object) -> list[str]:
    children = past.as_of("bib", bib, *at).json["children"]  # type: ignore[arg-type]
    return [item["label"] for kind in children if kind["kind"] == "item" for item in kind["items"]]


def test_many_children_are_counted_and_the_first_shown(past: Past) -> None:
    bib = past.add_bib()
    for number in range(52):
        past.add_item(bib, f"K-{number:02}")
    found = past.as_of("bib", bib).json["children"]
    copies = next(each for each in found if each["kind"] == "item")
    assert (copies["total"], len(copies["items"])) == (52, 50)


def test_more_children_cost_no_more_statements(past: Past) -> None:
    bib = past.add_bib()
    past.add_item(bib, "K-0")
    few = statements(lambda: past.as_of("bib", bib))
    for number in range(1, 8):
        past.add_item(bib, f"K-{number}", call_number=str(number % 2))
    assert statements(lambda: past.as_of("bib", bib)) <= few


def statements(ask: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(seen)


def test_a_deleted_record_says_who_and_keeps_its_last_values(past: Past) -> None:
    bib = past.add_bib()
    past.api("librarian").delete(f"/api/v1/bibs/{bib}")
    found = past.as_of("bib", bib).json
    assert found["deleted"]
    assert found["by"].startswith("Librarian")
    assert found["values"]["title"] == "Kalevala"
    page = visit(past.house, "auditor").get(f"/audit/records/bib/{bib}/as-of").text
    assert "It was gone by then" in page


def test_before_it_was_there_is_a_clear_answer(past: Past) -> None:
    before = clock.now() - timedelta(days=1)
    answer = past.as_of("bib", past.add_bib(), before)
    assert (answer.status_code, answer.json["code"]) == (404, "not_yet_there")


@pytest.mark.parametrize("kind", ["bib", "poem"])
def test_what_never_was_is_not_found(past: Past, kind: str) -> None:
    answer = past.as_of(kind, str(uuid4()))
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_another_organisations_record_is_not_found(app: Stackroom, past: Past) -> None:
    bib = past.add_bib()
    stranger = open_house(app, "stranger")
    for page in ("as-of", "compare"):
        answer = stranger.api("auditor").get(f"{AUDIT}/records/bib/{bib}/{page}")
        assert answer.status_code == 404


def test_librarians_may_not_look_into_the_past(past: Past) -> None:
    path = f"{AUDIT}/records/bib/{past.add_bib()}/as-of"
    assert past.api("librarian").get(path).status_code == 403


def test_a_bad_instant_names_its_field(north: House, past: Past) -> None:
    bib = past.add_bib()
    answer = past.api("auditor").get(f"{AUDIT}/records/bib/{bib}/as-of?at=yesterday")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "at"
    page = visit(north, "auditor").get(f"/audit/records/bib/{bib}/as-of?at=yesterday")
    assert page.status_code == 422
    assert 'id="field-at-error"' in page.text


def test_two_instants_side_by_side(past: Past) -> None:
    bib = past.add_bib()
    kept = past.add_item(bib, "K-1")
    gone = past.add_item(bib, "K-2")
    since = clock.now()
    librarian = past.api("librarian")
    librarian.patch(f"/api/v1/bibs/{bib}", json={"title": "Kanteletar"})
    librarian.patch(f"/api/v1/items/{kept}", json={"copy_number": "c. 2"})
    librarian.delete(f"/api/v1/items/{gone}")
    past.add_item(bib, "K-3")
    path = f"{AUDIT}/records/bib/{bib}/compare"
    found = past.api("auditor").get(path, query_string={"since": since.isoformat()}).json
    title = next(each for each in found["changes"] if each["field"] == "title")
    assert (title["before"], title["after"]) == ("Kalevala", "Kanteletar")
    moved = next(each for each in found["children"] if each["came"]["kind"] == "item")
    told = {
        word: [each["label"] for each in moved[word]["items"]]
        for word in ("came", "went", "changed")
    }
    assert told == {"came": ["K-3"], "went": ["K-2"], "changed": ["K-1"]}


def test_compared_with_nothing_it_shows_all_that_came(past: Past) -> None:
    bib = past.add_bib()
    past.add_item(bib, "K-1")
    found = past.api("auditor").get(f"{AUDIT}/records/bib/{bib}/compare").json
    assert found["before"] is None
    assert found["after"]["label"] == "Kalevala"
    assert {each["came"]["kind"] for each in found["children"]} == {"holdings", "item"}


def test_the_pages_show_both(past: Past) -> None:
    bib = past.add_bib("Kalevala <b>")
    past.add_item(bib, "K-1")
    visitor = visit(past.house, "auditor")
    page = visitor.get(f"/audit/records/bib/{bib}/as-of").text
    assert "Kalevala &lt;b&gt;" in page
    assert "K-1" in page
    assert "Restore" not in page
    page = visitor.get(f"/audit/records/bib/{bib}/compare").text
    assert "Came: 1" in page
    admin = visit(past.house, "admin").get(f"/audit/records/bib/{bib}/as-of").text
    assert "Restore this version" in admin
