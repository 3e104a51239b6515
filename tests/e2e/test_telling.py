"""What was done at the desk and in the catalogue, as an auditor reads it."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from stackroom.testing.browsing import People, grave_faults

pytestmark = pytest.mark.e2e


def test_an_auditor_reads_what_a_librarian_changed_in_a_title(people: People) -> None:
    title = f"Peat and patience {secrets.token_hex(3)}"
    edit(people.person("librarian"), title)
    page = people.person("auditor")
    page.goto(f"/audit?q={title}")
    told = page.get_by_role("link", name=re.compile("Heath Press"))
    expect(told).to_have_text(f"set 264 $b Publisher of the title “{title}” to “Heath Press”")
    expect(told.locator("..")).to_contain_text("(librarian)")
    assert grave_faults(page) == []

    told.click()
    expect(page.get_by_role("heading", level=1, name="Audit entry")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^264 \$b Publisher: "))).to_contain_text("Heath Press")
    expect(page.get_by_text("(bibs.write)")).to_be_visible()
    assert grave_faults(page) == []
    page.get_by_role("link", name="Open the record").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def edit(page: Page, title: str) -> None:
    page.goto("/catalogue/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Publisher").fill("Heath Press")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Heath Press")).to_be_visible()
