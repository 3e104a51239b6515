"""Librarians catalogue, readers search."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from stackroom.testing.browsing import People

pytestmark = pytest.mark.e2e


def test_a_librarian_adds_a_title_with_a_copy_finds_it_and_edits_it(people: People) -> None:
    mark = secrets.token_hex(3)
    title, barcode = f"Moss and memory {mark}", f"E-{mark}"
    page = people.person("librarian")
    page.goto("/catalogue")
    page.get_by_role("link", name="Add a title").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Author").fill("Åkerström, Siv")
    page.get_by_label("Year").fill("2020")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    page.get_by_role("link", name="Add a copy").click()
    expect(page.get_by_label("Barcode")).to_be_focused()
    page.get_by_label("Barcode").fill(barcode)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("rowheader", name=barcode)).to_be_visible()

    search(page, f"akerstrom {mark}")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("1 of 1 on the shelf")).to_be_visible()

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Publisher").fill("Heath Press")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Heath Press, 2020")).to_be_visible()


def search(page: Page, words: str) -> None:
    page.goto("/catalogue")
    page.get_by_role("searchbox").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")


def test_the_public_catalogue_is_searched_without_signing_in(people: People) -> None:
    page = people.visitor("north")
    search(page, "lighthouse")
    page.get_by_role("link", name="The lighthouse keeper's almanac").click()
    expect(page.get_by_role("rowheader", name="B-1001")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Edit|Add"))).to_have_count(0)


def test_another_library_s_librarian_finds_nothing_at_the_address_of_a_record(
    people: People,
) -> None:
    insider, outsider = people.person("librarian"), people.person("librarian", "harbour")
    search(insider, "lichens")
    insider.get_by_role("link", name="A field guide to northern lichens").click()
    insider.wait_for_url(re.compile(r"/catalogue/[0-9a-f-]{36}$"))
    path = insider.url.removeprefix(people.served.origin("north"))

    answer = outsider.goto(path)

    assert answer
    assert answer.status == 404
    expect(outsider.get_by_role("heading", level=1)).to_have_text("Nothing is here")
    expect(outsider.get_by_text("lichens")).to_have_count(0)
