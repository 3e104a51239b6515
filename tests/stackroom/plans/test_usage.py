"""How much of the plan is used: over the API, on the page, and from the operator's terminal."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from stackroom.catalogue.service import items
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.plans import service
from stackroom.plans.amounts import size
from stackroom.plans.usage import Level, Used
from stackroom.testing.furnish import add_bib
from stackroom.testing.house import House, open_house
from stackroom.testing.visitor import visit

AMOUNTS = st.integers(0, 2**50)


def add_copies(house: House, *barcodes: str) -> None:
    with house.work():
        bib = add_bib()
        for barcode in barcodes:
            items.create(bib, {"barcode": barcode})


def measure(house: House, name: str) -> dict[str, Any]:
    answer = house.api("admin").get("/api/v1/usage")
    found: dict[str, Any] = next(m for m in answer.json["measures"] if m["measure"] == name)
    return found


def test_the_api_tells_each_limit(tiny: House) -> None:
    add_copies(tiny, "B-0", "B-1")
    answer = tiny.api("auditor").get("/api/v1/usage").json
    assert (answer["plan"], answer["calls_per_minute"]) == ("tiny", 5)
    assert answer["next_plan"] == "roomy"
    assert answer["measures"] == [
        {"measure": "staff", "used": 3, "allowed": 4, "left": 1, "level": "within"},
        {"measure": "items", "used": 2, "allowed": 3, "left": 1, "level": "within"},
        {"measure": "storage", "used": 0, "allowed": 4000, "left": 4000, "level": "within"},
        {"measure": "calls_today", "used": 0, "allowed": 8, "left": 8, "level": "within"},
    ]


@pytest.mark.parametrize("role", ["librarian", "patron"])
def test_it_is_for_those_who_look_after_the_organisation(tiny: House, role: str) -> None:
    assert tiny.api(role).get("/api/v1/usage").status_code == 403
    assert visit(tiny, role).get("/organisation/usage").status_code == 403


def test_a_change_is_seen_at_once_although_the_count_is_kept(tiny: House) -> None:
    assert measure(tiny, "items")["used"] == 0
    add_copies(tiny, "B-0")
    assert measure(tiny, "items")["used"] == 1
    tiny.api("librarian").delete(f"/api/v1/items/{item_id(tiny)}")
    assert measure(tiny, "items")["used"] == 0


def item_id(house: House) -> str:
    return str(house.api("librarian").get("/api/v1/items").json["items"][0]["id"])


def test_while_nothing_changes_nothing_is_counted_again(tiny: House, app: Stackroom) -> None:
    """The dashboard's figures too: a million rows are not counted for each look at a page."""
    visitor = visit(tiny, "admin")
    for page in ("/start", "/organisation/usage"):
        visitor.get(page)
        counted: list[str] = []
        with app.app_context():
            engine = db.engine

        def note(_c: Any, _cursor: Any, statement: str, *_: Any, seen: Any = counted) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert visitor.get(page).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert [one for one in counted if "count(" in one or "sum(" in one] == []


def test_one_organisations_kept_count_is_not_anothers(app: Stackroom, tiny: House) -> None:
    other = open_house(app, "other", plan="tiny")
    add_copies(tiny, "B-0", "B-1")
    assert (measure(tiny, "items")["used"], measure(other, "items")["used"]) == (2, 0)


def test_the_page_draws_a_bar_with_words(tiny: House) -> None:
    add_copies(tiny, "B-0", "B-1", "B-2")
    page = visit(tiny, "admin").get("/organisation/usage").text
    hidden = '<span class="visually-hidden">Copies: </span>'
    assert re.search(rf"<label[^>]*>{hidden}3 of 3 used, 100\xa0%\s*<progress", page)
    assert "Full" in page
    assert "no copy can be added." in page
    assert "What the plan “Roomy” gives" in page


def test_the_largest_plan_has_no_bars_for_what_it_does_not_limit(north: House) -> None:
    page = visit(north, "admin").get("/organisation/usage").text
    assert "0 used; the plan sets no limit." in page
    assert "<progress" not in page


def test_the_settings_lead_there(tiny: House) -> None:
    assert 'href="/organisation/usage"' in visit(tiny, "admin").get("/organisation").text


@given(AMOUNTS, st.none() | AMOUNTS)
def test_the_level_agrees_with_what_is_left(used: int, allowed: int | None) -> None:
    found = Used("items", used, allowed)
    if allowed is None:
        assert (found.left, found.level) == (None, Level.WITHIN)
        return
    assert found.left is not None
    assert found.left == max(0, allowed - used)
    assert (found.level in (Level.FULL, Level.OVER)) == (found.left == 0)
    assert (found.level is Level.OVER) == (used > allowed)
    if found.level is Level.WITHIN:
        assert used * 5 < allowed * 4 or allowed == 0


@given(AMOUNTS)
def test_a_size_is_short_and_true_to_a_twentieth(octets: int) -> None:
    words = size(octets)
    number, unit = words.split()
    power = ("bytes", "KiB", "MiB", "GiB", "TiB").index(unit)
    assert abs(float(number.replace(",", "")) * 1024**power - octets) <= 0.051 * 1024**power
    assert len(number) <= len("1,023.9")


def test_sizes_read_as_people_write_them() -> None:
    assert [size(n) for n in (0, 1023, 1024, 1536, 2**30, 50 * 2**30)] == [
        "0 bytes", "1,023 bytes", "1 KiB", "1.5 KiB", "1 GiB", "50 GiB",
    ]  # fmt: skip


def test_a_plan_that_this_version_does_not_know_counts_as_the_smallest(tiny: House) -> None:
    with tiny.work("admin"):
        organisation = service.change_plan("roomy", "later renamed")
        organisation.plan = "renamed"
    assert tiny.api("admin").get("/api/v1/usage").json["plan"] == "free"
