"""The desk is worked with a scanner, which is a keyboard: nobody here lends with the mouse."""

import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e
INPUT = "#desk-input"


@dataclass(frozen=True)
class Things:
    """A new card and two new copies, one of them not for everybody."""

    card: str
    copy: str
    reserved: str


@pytest.fixture(scope="module")
def things(site: Served) -> Things:
    headers = site.sign_in("north", "librarian@north.example", PASSWORD)
    mark = secrets.token_hex(3)

    def post(path: str, **body: Any) -> Any:
        answer = site.request("POST", f"/api/v1{path}", "north", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    bib = post("/bibs", title=f"A desk companion {mark}")
    item = {"bib_id": bib["id"], "item_type": "book"}
    post("/items", barcode=f"C-{mark}", **item)
    shut = {"not_for_loan": "reading room only", "damaged": True}
    post("/items", barcode=f"R-{mark}", **item, **shut)
    post("/patrons", name=f"Desk Reader {mark}", category="adult", barcode=f"D-{mark}")
    return Things(f"D-{mark}", f"C-{mark}", f"R-{mark}")


@pytest.fixture
def desk(people: People) -> Page:
    page = people.person("librarian")
    page.goto("/desk")
    expect(page.locator(INPUT)).to_be_focused()
    return page


def scan(page: Page, barcode: str) -> Locator:
    """The line of the log that the scan leaves, once it has its answer."""
    lines = page.get_by_role("log").get_by_role("listitem").filter(has=page.locator("time"))
    before = lines.count()
    page.keyboard.type(barcode)
    page.keyboard.press("Enter")
    expect(lines).to_have_count(before + 1)
    expect(lines.first).not_to_contain_text("Waiting:")
    return lines.first


def test_a_card_then_an_item_lends_and_a_return_takes_it_back(desk: Page, things: Things) -> None:
    expect(scan(desk, things.card)).to_contain_text("scan the items")
    expect(desk.get_by_role("complementary", name="Patron")).to_contain_text(things.card)
    expect(scan(desk, things.copy)).to_contain_text("lent to Desk Reader")

    desk.keyboard.press("F2")
    expect(desk.locator(INPUT)).to_be_focused()
    expect(scan(desk, things.copy)).to_contain_text("put it back on the shelf")


def test_a_refusal_says_every_reason_and_a_reason_of_ours_overrides_it(
    desk: Page, things: Things
) -> None:
    scan(desk, things.card)
    refused = scan(desk, things.reserved)
    expect(refused).to_contain_text("Refused:")
    expect(refused).to_contain_text("It is not for loan: reading room only.")
    expect(refused).to_contain_text("It is marked as damaged.")

    tab_to(desk, "Override…")
    desk.keyboard.press("Enter")
    desk.keyboard.type("the restorer asked for it")
    desk.keyboard.press("Enter")

    expect(refused).to_contain_text("lent to Desk Reader")
    expect(desk.locator(INPUT)).to_be_focused()
    desk.keyboard.press("F2")
    expect(scan(desk, things.reserved)).to_contain_text("It is marked as damaged.")


def tab_to(page: Page, name: str) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_log_of_a_busy_desk_has_no_grave_fault_of_accessibility(
    desk: Page, things: Things
) -> None:
    scan(desk, things.card)
    scan(desk, things.reserved)
    scan(desk, "no such thing")
    tab_to(desk, "Override…")
    desk.keyboard.press("Enter")
    assert grave_faults(desk) == []


def test_escape_lets_the_next_patron_come(desk: Page, things: Things) -> None:
    scan(desk, things.card)
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("complementary", name="Patron")).to_contain_text("No patron yet")
    expect(desk.get_by_label("Scan a patron’s card")).to_be_focused()


def test_an_item_that_is_scanned_before_any_card_is_refused(desk: Page, things: Things) -> None:
    expect(scan(desk, things.copy)).to_contain_text("Scan a patron's card first")
