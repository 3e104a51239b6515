"""The audit trail as pages."""

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.catalogue.models import ItemType
from stackroom.core.features import Feature, registry
from stackroom.testing.house import House


def page(house: House, address: str, role: str = "auditor") -> str:
    answer = house.api(role).get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_the_timeline_shows_who_did_what_and_each_field(north: House, kind: UUID) -> None:
    with north.work() as session:
        row = session.scalars(sa.select(ItemType).where(ItemType.id == kind)).one()
        row.name = "Chart <b>"
    text = page(north, f"/audit?subject_id={kind}")
    assert "changed the name of the item type “Chart <b>” from “Map” to “Chart <b>”" in text
    assert "Librarian of" in text
    assert "Map" in text


def test_html_in_a_record_is_shown_and_not_obeyed(north: House) -> None:
    with north.work() as session:
        session.add(ItemType(code="x", name="<script>alert(1)</script>"))
    assert "<script>alert(1)" not in north.api("auditor").get("/audit").text


def test_filters_keep_what_was_asked(north: House, kind: UUID) -> None:
    text = page(north, "/audit?q=map&channel=api&since=2026-01-01&subject_type=")
    assert 'value="map"' in text
    assert '<option value="api" selected>' in text


def test_nothing_found_says_what_to_do(north: House) -> None:
    assert "Nothing was found" in page(north, "/audit?q=qqqqqqqq")


@pytest.mark.parametrize(
    ("query", "field"), [("since=yesterday", "since"), ("subject_id=17", "subject_id")]
)
def test_a_bad_filter_is_marked_beside_its_field(north: House, query: str, field: str) -> None:
    answer = north.api("auditor").get(f"/audit?{query}")
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_pages_of_a_long_list_keep_the_filters(north: House) -> None:
    for number in range(4):
        with north.work() as session:
            session.add(ItemType(code=str(number), name=f"Kind {number}"))
    text = page(north, "/audit?q=kind&per_page=3")
    older = re.search(r'href="(/audit\?q=kind&per_page=3&before=[0-9-]+)"', text)
    assert older
    assert "Kind 0" not in text
    assert "Kind 0" in page(north, older[1])


def test_a_long_change_is_cut_and_shown_whole_on_its_own_page(north: House) -> None:
    with north.work("admin") as session:
        session.add(ItemType(code="x", name="X"))
    listed = north.api("auditor").get("/api/v1/audit/entries?action=account.created").get_json()
    entry = listed["items"][0]
    whole = page(north, f"/audit/{entry['id']}")
    for change in entry["changes"]:
        assert f"<dt>{change['label']}</dt>" in whole
    assert f"/audit/records/account/{entry['subject']['id']}" in whole


def test_an_entry_leads_to_the_records_page(
    north: House, kind: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Feature(name="shop", pages={"item_type": lambda record: f"/kinds/{record}"})
    monkeypatch.setattr(registry, "features", (*registry.features, shop))
    listed = north.api("auditor").get(f"/api/v1/audit/entries?subject_id={kind}").get_json()
    assert f'href="/kinds/{kind}"' in page(north, f"/audit/{listed['items'][0]['id']}")


def test_the_navigation_shows_it_to_those_who_may(north: House) -> None:
    assert 'href="/audit"' in page(north, "/audit")
    assert north.api("librarian").get("/audit").status_code == 403


@pytest.mark.parametrize(
    "entry_id", ["1-1", "nonsense", str(uuid4()), str(uuid7())], ids=["pair", "word", "v4", "v7"]
)
def test_an_unknown_entry_is_not_found(north: House, entry_id: str) -> None:
    assert north.api("auditor").get(f"/audit/{entry_id}").status_code == 404
