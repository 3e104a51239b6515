"""An admin asks whether everybody still needs every role, answers, and hands over the report."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.staff.reviews import documents
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e
DUE = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - any day of next month does


def add_person(site: Served, name: str, *roles: str) -> None:
    headers = site.sign_in("harbour", "admin@harbour.example", PASSWORD)
    body = {
        "email": f"{name.lower()}@harbour.example", "name": name, "roles": list(roles),
        "password": "some calm words",
    }  # fmt: skip
    added = site.request("POST", "/api/v1/staff", "harbour", headers=headers, json=body)
    assert added.status_code == 201, added.text


def start(page: Page, name: str) -> None:
    page.goto("/staff/reviews/new")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Last day").fill(DUE)
    page.get_by_label("If nobody answers").select_option("keep")
    page.get_by_role("button", name="Start the review").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def card(page: Page, who: str) -> str:
    return f"section[aria-labelledby]:has(h2:text-is('{who}'))"


def test_a_review_from_its_start_to_its_signed_report(people: People, site: Served) -> None:
    add_person(site, "Bruna", "cataloguer", "circulation")
    page = people.person("admin", "harbour")
    page.goto("/start")
    page.get_by_role("link", name="Access reviews").click()
    start(page, "Autumn review")
    expect(page.get_by_text(re.compile(r"^0 of \d+ roles are answered"))).to_be_visible()

    bruna = page.locator(card(page, "Bruna"))
    desk = bruna.get_by_role("row", name=re.compile("Circulation desk"))
    desk.get_by_text("Withdraw", exact=True).click()
    asked = page.get_by_role("dialog", name="Withdraw the role Circulation desk of Bruna?")
    asked.get_by_label("Note").fill("Works in the back office now.")
    asked.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("Bruna, Circulation desk: withdrawn.")).to_be_visible()
    expect(desk).to_contain_text("Works in the back office now.")

    omar = page.locator(card(page, "Omar Haddad"))
    omar.get_by_text("Confirm", exact=True).focus()
    page.keyboard.press("Enter")
    asked = page.get_by_role("dialog", name="Does Omar Haddad still need the role Librarian?")
    asked.get_by_role("button", name="Confirm it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Omar Haddad, Librarian: confirmed.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^2 of \d+ roles are answered"))).to_be_visible()

    page.locator("summary", has_text="Close now").click()
    page.get_by_role("dialog").get_by_role("button", name="Close now").click()
    expect(page.get_by_text("the report is ready")).to_be_visible()
    page.get_by_role("link", name="Report").click()
    row = page.get_by_role("row", name=re.compile("Bruna.*Circulation desk"))
    expect(row).to_contain_text("Open → Withdrawn")
    with page.expect_download() as download:
        page.get_by_role("link", name="Signed report").click()
    assert download.value.suggested_filename.startswith("harbour-access-review-")
    check(Path(download.value.path()).read_bytes())


def check(file: bytes) -> None:
    """With the key that the document names, which here is the server's own."""
    said = documents.verify(file, json.loads(file)["public_key"])
    numbers = said["review"]["lines"]
    assert (numbers["confirmed"], numbers["withdrawn"]) == (1, 1)
    assert numbers.keys() == {"confirmed", "kept", "withdrawn"}


def test_all_roles_of_somebody_are_confirmed_by_one_key(people: People, site: Served) -> None:
    add_person(site, "Celso", "cataloguer", "circulation")
    page = people.person("admin", "harbour")
    start(page, "One key review")
    button = page.get_by_role("button", name="Confirm all of Celso")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 roles are confirmed.")).to_be_visible()
    expect(page.locator(card(page, "Celso"))).to_be_in_viewport()
    expect(button).to_have_count(0)


def test_an_open_review_fits_a_telephone_and_asks_by_unfolding(people: People) -> None:
    page = people.person("admin", "harbour")
    start(page, "Small review")
    assert grave_faults(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_text("Withdraw", exact=True).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("dialog").get_by_role("button", name="Keep as it is").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
