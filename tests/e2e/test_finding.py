"""An auditor finds what happened, reads the history of a record, keeps the search, and watches."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e


def add_title(site: Served, title: str) -> str:
    headers = site.sign_in("north", "admin@north.example", PASSWORD)
    added = site.request("POST", "/api/v1/bibs", "north", headers=headers, json={"title": title})
    assert added.status_code == 201, added.text
    return str(added.json()["id"])


def test_from_a_filter_to_a_record_and_a_saved_search(people: People, site: Served) -> None:
    mark = secrets.token_hex(4)
    add_title(site, f"Atlas {mark}")
    page = people.person("auditor")
    page.goto("/start")
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_label("Words").fill(mark)
    page.get_by_label("When").select_option("today")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name=re.compile(f"Atlas {mark}")).first.click()
    page.get_by_role("link", name="History of this record").click()
    expect(page.get_by_role("heading", level=1, name=f"History of Atlas {mark}")).to_be_visible()

    page.goto(f"/audit?q={mark}&period=today")
    page.get_by_role("link", name="Save this search").click()
    page.get_by_label("Name").fill(f"About {mark}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"“About {mark}” is saved.")).to_be_visible()
    page.get_by_role("link", name="Entries", exact=True).click()
    page.get_by_role("link", name="Saved searches").click()
    page.get_by_role("link", name=f"About {mark}", exact=True).click()
    expect(page.get_by_label("Words")).to_have_value(mark)
    expect(page.get_by_text(re.compile(f"Atlas {mark}")).first).to_be_visible()


def test_a_change_elsewhere_appears_by_itself_and_waits_while_paused(
    people: People, site: Served
) -> None:
    mark = secrets.token_hex(4)
    page = people.person("auditor")
    page.goto(f"/audit/live?q={mark}")
    news = page.get_by_role("log", name="New entries")
    expect(page.get_by_text("Nothing new yet")).to_be_visible()
    add_title(site, f"First {mark}")
    expect(news.get_by_text(f"First {mark}").first).to_be_visible(timeout=30_000)
    assert grave_faults(page) == []

    page.get_by_role("button", name="Pause").press("Enter")
    add_title(site, f"Second {mark}")
    expect(page.get_by_text(re.compile(r"Paused\. [1-9]\d* new"))).to_be_visible(timeout=30_000)
    expect(news.get_by_text(f"Second {mark}")).to_have_count(0)
    page.get_by_role("button", name="Continue").press("Enter")
    expect(news.get_by_text(f"Second {mark}").first).to_be_visible()

    page.context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("The connection is lost", timeout=30_000)
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0, timeout=30_000)


def test_an_act_opens_by_keyboard_and_fits_a_telephone(people: People, site: Served) -> None:
    mark = secrets.token_hex(4)
    bib = add_title(site, f"Folded {mark}")
    headers = site.sign_in("north", "admin@north.example", PASSWORD)
    item = {"bib_id": bib, "barcode": f"F-{mark}"}
    added = site.request("POST", "/api/v1/items", "north", headers=headers, json=item)
    assert added.status_code == 201, added.text
    page = people.person("auditor")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/audit/records/bib/{bib}")
    page.get_by_text(re.compile(r"and \d+ more change")).first.press("Enter")
    page.get_by_role("link", name=re.compile("See all of it")).first.press("Enter")
    expect(page.get_by_role("heading", level=1, name="One act")).to_be_visible()
    assert _width(page) <= 360
    page.goto("/audit")
    assert _width(page) <= 360


def _width(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width
