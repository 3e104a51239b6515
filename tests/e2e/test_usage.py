"""An admin looks how much of the plan is used."""

import re

import pytest
from playwright.sync_api import expect

from stackroom.testing.browsing import People

pytestmark = pytest.mark.e2e


def test_the_admin_finds_each_limit_with_its_bar(people: People) -> None:
    page = people.person("admin")
    page.goto("/organisation")
    page.get_by_role("link", name="Plan and usage").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan and usage")
    for name in ("Staff accounts", "Copies", "Storage for files", "API calls today"):
        bar = page.get_by_role("progressbar", name=re.compile(rf"^{name}: .+ of .+ used"))
        expect(bar).to_be_visible()
        expect(bar).to_have_attribute("max", "100")
    expect(page.get_by_text("What the plan “Consortium” gives")).to_be_visible()


def test_a_new_copy_shows_at_the_next_look(people: People) -> None:
    """Counts are kept between two looks, and forgotten when something changes."""
    page = people.person("admin")
    page.goto("/organisation/usage")
    before = copies(page.content())
    desk = people.person("librarian")
    desk.goto("/catalogue?q=lichens")
    desk.get_by_role("link", name="A field guide to northern lichens").click()
    desk.get_by_role("link", name=re.compile("Add a copy")).first.click()
    desk.get_by_label("Barcode").fill("USAGE-1")
    desk.get_by_role("button", name=re.compile("Add|Save")).click()
    expect(desk.get_by_text("USAGE-1").first).to_be_visible()
    page.reload()
    assert copies(page.content()) == before + 1


def copies(html: str) -> int:
    found = re.search(r"Copies: </span>([\d,]+) of", html)
    assert found
    return int(found[1].replace(",", ""))
