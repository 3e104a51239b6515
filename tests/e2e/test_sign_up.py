"""A library comes to the platform."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from stackroom.testing.browsing import People, grave_faults, mails, sign_in

pytestmark = pytest.mark.e2e


def test_a_library_signs_up_follows_the_mail_and_starts_to_work(people: People) -> None:
    slug = f"village-{secrets.token_hex(3)}"
    page = people.visitor()
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=re.compile("Sign up")).first.click()
    page.get_by_label("Name of the library").fill("Village Library")
    page.get_by_label("Address").fill(slug)
    page.get_by_label("Time zone").select_option("Europe/Dublin")
    page.get_by_label("Your name").fill("Maeve Byrne")
    page.get_by_label("Your e-mail").fill(f"maeve@{slug}.example")
    page.get_by_label("Password").fill("a lamp in the window")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    expect(page.get_by_text(f"maeve@{slug}.example")).to_be_visible()

    page.goto(link_to(people, f"maeve@{slug}.example"))
    assert grave_faults(page) == []
    page.get_by_role("button", name="Open the library").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Village Library is open")
    assert grave_faults(page) == []
    page.get_by_role("link", name="Sign in").click()
    expect(page).to_have_title("Sign in · Village Library")

    sign_in(page, f"maeve@{slug}.example", "a lamp in the window")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maeve Byrne")
    expect(page.get_by_role("link", name=re.compile("Import your records"))).to_be_visible()


def link_to(people: People, address: str) -> str:
    """The worker delivers while we look."""
    page = people.visitor()
    for _ in range(100):
        found = [mail["text"] for mail in mails(page) if mail["to"] == address]
        if found:
            link = re.search(r"http://\S+/verify\S+", found[0])
            assert link
            return link[0]
        page.wait_for_timeout(200)
    raise AssertionError("no mail was delivered")
