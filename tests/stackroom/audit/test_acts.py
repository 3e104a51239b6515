"""What was done together is told as one."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from stackroom.audit import folding
from stackroom.audit.events import record
from stackroom.catalogue.models import Item, ItemType
from stackroom.core.actor import Actor, ActorType, Channel, Provenance, acting_as
from stackroom.core.database import serving
from stackroom.patrons.models import Patron
from stackroom.staff import events
from stackroom.testing.furnish import add_bib, add_item, add_patron, lend
from stackroom.testing.house import House

Counting = Callable[[], AbstractContextManager[list[str]]]
ANNA = Actor(ActorType.PERSON, None, "Anna Berg")


def make(house: House, *names: str, **present: Any) -> None:
    provenance = Provenance(ANNA, Channel.CLI, **present)
    with house.app.app_context(), acting_as(provenance), serving(house.tenant) as session:
        session.add_all([ItemType(code=name, name=name) for name in names])


def told(house: House, query: str = "channel=cli") -> str:
    answer = house.api("auditor").get(f"/audit?{query}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_a_transaction_is_told_by_its_event(north: House) -> None:
    with north.work() as session:
        session.add_all([ItemType(code="a", name="A"), ItemType(code="b", name="B")])
        record(events.SIGNED_OUT, north.account("librarian"))
    page = told(north, "subject_type=&channel=api")
    assert "signed out" in page
    assert "and 2 more changes" in page
    assert "created the item type “A”" in page


def test_what_came_tells_more_than_what_changed(north: House) -> None:
    with north.work():
        item, patron = add_item(add_bib(), "B-1"), add_patron("P-1")
        ids = item.id, patron.id
    with north.work() as session:
        key = north.tenant.id
        item, patron = session.get_one(Item, (key, ids[0])), session.get_one(Patron, (key, ids[1]))
        session.add(lend(item, patron))
    lead = told(north, "actor=librarian&per_page=1")
    assert re.search(r"created the loan.*and 1 more change .*changed the status of the copy", lead)


def test_a_batch_is_one_act_though_others_work_meanwhile(north: House) -> None:
    batch = uuid7()
    make(north, "Batch 1", "Batch 2", batch_id=batch)
    make(north, "Between")
    make(north, "Batch 3", batch_id=batch)
    page = told(north)
    assert page.count("and 2 more changes") == 1
    assert page.index("“Batch 3”") < page.index("“Between”")
    assert "Batch 1" not in page
    only = told(north, "channel=cli&q=batch+1")  # the filters hold within the batch
    assert "“Batch 1”" in only
    assert "more change" not in only


def test_a_batch_that_was_shown_is_not_shown_again_on_the_next_page(north: House) -> None:
    batch = uuid7()
    make(north, "Batch 1", batch_id=batch)
    make(north, "Between")
    make(north, "Batch 2", batch_id=batch)
    first = north.api("auditor").get("/audit?channel=cli&per_page=1").text
    older = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', first)
    assert older
    second = north.api("auditor").get(older[1].replace("&amp;", "&")).text
    assert "“Between”" in second
    assert "Batch 1" not in second
    assert 'rel="next"' not in second


def test_a_large_act_is_counted_so_far(north: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "COUNTED", 3)
    make(north, *"ABCDE", batch_id=uuid7())
    assert "and more than 2 more changes" in told(north)


def test_an_act_has_a_page_of_its_own(north: House) -> None:
    batch = uuid7()
    make(north, *(f"T{number}" for number in range(12)), batch_id=batch)
    make(north, "Last", batch_id=batch)
    page = north.api("auditor").get("/audit?channel=cli").text
    whole = re.search(r'href="(/audit/[0-9-]+/act)"', page)
    assert whole
    text = north.api("auditor").get(whole[1]).text
    assert all(f"“T{number}”" in text for number in range(12))
    listed = north.api("auditor").get(f"/api/v1{whole[1].replace('audit/', 'audit/entries/')}").json
    assert listed["total"] == 13
    assert north.api("auditor").get("/audit/1-1/act").status_code == 404


def test_a_longer_page_of_acts_costs_no_more_statements(north: House, statements: Counting) -> None:
    for number in range(12):
        make(north, f"A{number}", f"B{number}", batch_id=uuid7())
    auditor, counts = north.api("auditor"), []
    auditor.get("/audit")  # from here on the host is known
    for per_page in (2, 12):
        with statements() as seen:
            auditor.get(f"/audit?channel=cli&per_page={per_page}")
        counts.append(len(seen))
    assert counts[0] == counts[1]
