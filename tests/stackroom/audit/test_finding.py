"""Which lines are found: by library, batch, request, support, kind; and page after page."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit import paging
from stackroom.audit.models import AuditEntry
from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.core.actor import Actor, ActorType, Channel, Provenance, acting_as
from stackroom.core.database import serving
from stackroom.libraries.models import Library, ShelvingLocation
from stackroom.libraries.service import main_library
from stackroom.patrons.models import PatronBlock
from stackroom.testing.furnish import add_bib, add_item, add_patron, furnish, lend
from stackroom.testing.house import House

Entries = Callable[..., list[dict[str, Any]]]
URL = "/api/v1/audit/entries"
ANNA = Actor(ActorType.PERSON, None, "Anna Berg")


def make(house: House, *names: str, **present: Any) -> None:
    """An item type of each name, all in one transaction."""
    provenance = Provenance(ANNA, Channel.CLI, **present)
    with house.app.app_context(), acting_as(provenance), serving(house.tenant) as session:
        session.add_all([ItemType(code=name[:40], name=name) for name in names])


def labels(found: list[dict[str, Any]]) -> list[str]:
    return [each["subject"]["label"] for each in found]


class TestByWhere:
    def test_a_library_is_that_of_the_record_or_of_what_it_belongs_to(
        self, north: House, entries: Entries
    ) -> None:
        with north.work() as session:
            library = main_library().id
            other = Library(code="b", name="Branch")
            session.add(other)
            session.flush()  # the shelf refers to it
            session.add(ShelvingLocation(library_id=other.id, code="s", name="Shelf"))
            item, patron = add_item(add_bib(), "B-1"), add_patron("P-1")
            session.add_all(
                [lend(item, patron), PatronBlock(patron_id=patron.id, reason="Lost", stops=[])]
            )
            other_id = other.id
        here = {each["action"] for each in entries(library_id=library, channel="api")}
        assert {"item.created", "loan.created", "patron.created", "patron_block.created"} <= here
        assert {each["library_id"] for each in entries(library_id=library)} == {str(library)}
        assert labels(entries(library_id=other_id)) == ["Shelf", "Branch"]

    def test_an_item_that_changes_alone_is_where_its_shelf_is(
        self, north: House, entries: Entries
    ) -> None:
        with north.work():
            item = add_item(add_bib(), "B-1").id
        answer = north.api("librarian").get(f"/api/v1/items/{item}")
        body = {"copy_number": "2"}
        etag = {"If-Match": answer.headers["ETag"]}
        north.api("librarian").patch(f"/api/v1/items/{item}", json=body, headers=etag)
        (changed,) = entries(subject_id=item, action="item.updated")
        with north.work():
            assert changed["library_id"] == str(main_library().id)


class TestByWhat:
    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"request_id": "r-7"}, ["Seven"]),
            ({"impersonated": "true"}, ["Seven"]),
            ({"action": "item_type."}, ["Eight", "Seven"]),
            ({"action": "loan."}, []),
            ({"only": "changes", "subject_type": "item_type"}, ["Eight", "Seven"]),
            ({"only": "events"}, []),
            ({"period": "today"}, ["Eight", "Seven"]),
        ],
    )
    def test_each_narrows(
        self, north: House, entries: Entries, filters: dict[str, str], expected: list[str]
    ) -> None:
        make(north, "Seven", request_id="r-7", on_behalf_of="Ada Admin")
        make(north, "Eight")
        assert labels(entries(channel="cli", **filters)) == expected

    def test_a_batch_is_found_by_its_id(self, north: House, entries: Entries) -> None:
        batch = uuid7()
        for name in ("One", "Two"):
            make(north, name, batch_id=batch)
        assert labels(entries(batch_id=batch)) == ["Two", "One"]
        assert {each["batch_id"] for each in entries(batch_id=batch)} == {str(batch)}

    def test_a_period_counts_back_from_today(self, north: House, entries: Entries) -> None:
        for days in (0, 6, 8):
            with clock.held_at(datetime.now(UTC) - timedelta(days=days)):
                make(north, f"{days} days ago")
        assert labels(entries(channel="cli", period="7d")) == ["0 days ago", "6 days ago"]

    @pytest.mark.parametrize(
        ("query", "field", "remedy"),
        [
            ("action=loan", "action", "bib."),
            ("period=year", "period", "today"),
            ("period=7d&since=2026-01-01", "period", "leave the other"),
            ("only=both", "only", "events"),
            ("library_id=main", "library_id", "UUID"),
            ("before=yesterday", "before", "768211200000000-0"),
            ("before=1-1&page=2", "before", "leave the other"),
            ("impersonated=perhaps", "impersonated", "true or false"),
        ],
    )
    def test_a_bad_one_is_named_with_its_remedy(
        self, north: House, query: str, field: str, remedy: str
    ) -> None:
        answer = north.api("auditor").get(f"{URL}?{query}")
        assert answer.status_code == 422
        ((name, message),) = [tuple(error.values()) for error in answer.json["errors"]]
        assert name == field
        assert remedy.lower() in message.lower()


class TestPageAfterPage:
    def test_each_line_comes_once_though_new_ones_are_written(self, north: House) -> None:
        make(north, *(f"Kind {number}" for number in range(7)))
        auditor, seen = north.api("auditor"), []
        address = f"{URL}?channel=cli&per_page=3"
        while address:
            answer = auditor.get(address)
            seen += labels(answer.json["items"])
            make(north, f"Later {len(seen)}")
            following = re.search(r'<([^>]+)>; rel="next"', answer.headers["Link"])
            address = following[1] if following else ""
        assert seen == [f"Kind {number}" for number in reversed(range(7))]

    def test_what_is_newer_than_an_entry(self, north: House, entries: Entries) -> None:
        make(north, "Old")
        (old,) = entries(channel="cli")
        make(north, "New", "Newer")
        assert labels(entries(channel="cli", after=old["id"])) == ["Newer", "New"]

    def test_a_total_is_counted_so_far_and_no_further(
        self, north: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paging, "COUNTED", 2)
        make(north, "One", "Two")
        few = north.api("auditor").get(f"{URL}?channel=cli").json
        assert (few["total"], few["total_is_exact"]) == (2, True)
        make(north, "Three")
        many = north.api("auditor").get(f"{URL}?channel=cli&page=3&per_page=1").json
        assert (many["total"], many["total_is_exact"]) == (2, False)
        assert labels(many["items"]) == ["One"]  # deep pages still answer

    def test_words_are_looked_for_in_so_many_lines_and_then_further_back(
        self, north: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make(north, "Needle")
        for number in range(4):
            make(north, f"Straw {number}")
        monkeypatch.setattr(paging, "READ", 2)
        auditor, query = north.api("auditor"), {"q": "needle"}
        pages: list[dict[str, Any]] = []
        while not pages or pages[-1]["older"]:
            before = {"before": pages[-1]["older"]} if pages else {}
            pages.append(auditor.get(URL, query_string={**query, **before}).json)
        assert [labels(page["items"]) for page in pages if page["items"]] == [["Needle"]]
        assert not pages[0]["looked_through"]
        assert pages[-1]["looked_through"]
        whole = auditor.get(URL, query_string={**query, "subject_id": uuid7()}).json
        assert whole["looked_through"]  # one record has few lines


@pytest.mark.parametrize("role", ["librarian", "patron"])
def test_whoever_may_not_read_the_trail_reads_no_history(north: House, role: str) -> None:
    for path in (f"records/bib/{uuid7()}/entries", "entries/1-0/act"):
        assert north.api(role).get(f"/api/v1/audit/{path}").status_code == 403


def test_each_line_of_the_house_names_a_library_that_is_there(north: House) -> None:
    furnish(north)
    with north.work() as session:
        named = session.scalars(sa.select(AuditEntry.library_id).distinct()).all()
        there = set(session.scalars(sa.select(Library.id)))
    assert set(named) <= {*there, None}
    assert there <= set(named)
