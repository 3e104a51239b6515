"""Auditors, patrons and admins, each at their own work."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, sign_in

pytestmark = pytest.mark.e2e


def test_an_auditor_sees_what_a_librarian_changed_and_can_change_nothing(people: People) -> None:
    librarian, auditor = people.person("librarian"), people.person("auditor")
    title = new_title(librarian)
    librarian.get_by_role("link", name="Edit", exact=True).click()
    librarian.get_by_label("Publisher").fill("Second Thoughts")
    librarian.get_by_role("button", name="Save").click()
    edit_address = f"{librarian.url}/edit"

    auditor.goto("/audit")
    auditor.get_by_label("Words").fill(title)
    auditor.get_by_role("button", name="Search").click()
    newest = auditor.get_by_role("list", name="Audit entries").get_by_role("listitem").first
    expect(newest).to_contain_text("Lauri Salo")
    expect(newest).to_contain_text("Second Thoughts")
    newest.get_by_role("link").click()
    expect(auditor.get_by_role("heading", name="What changed")).to_be_visible()
    expect(auditor.locator("ins", has_text="Second Thoughts").first).to_be_visible()

    auditor.get_by_role("link", name="Open the record").click()
    expect(auditor.get_by_role("heading", level=1)).to_have_text(title)
    expect(auditor.get_by_role("link", name=re.compile("^(Edit|Add|Delete)"))).to_have_count(0)
    answer = auditor.goto(edit_address)
    assert answer
    assert answer.status == 403
    expect(auditor.get_by_role("heading", level=1)).to_have_text("You may not do this")


def new_title(page: Page) -> str:
    title = f"Ledger {secrets.token_hex(4)}"
    page.goto("/catalogue/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return title


def test_a_patron_signs_in_and_sees_their_own_loans_and_no_others(people: People) -> None:
    page = people.visitor("north")
    page.goto("/me/loans")
    sign_in(page, "patron@north.example", PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("My loans")
    expect(page.get_by_role("link", name="The lighthouse keeper's almanac")).to_be_visible()
    expect(page.get_by_text("Winter bread")).to_have_count(0)
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(links).to_have_text(["Start", "My loans", "Catalogue"])


def test_an_admin_adds_a_colleague_and_changes_what_they_may_do(people: People) -> None:
    admin, colleague = people.person("admin"), people.visitor("north")
    address = f"noah-{secrets.token_hex(3)}@north.example"
    admin.goto("/staff/new")
    admin.get_by_label("Name").fill("Noah Frost")
    admin.get_by_label("E-mail").fill(address)
    admin.get_by_role("group", name="Role 1").get_by_label("Role").select_option("Librarian")
    admin.get_by_label("First password").fill("five blue lanterns")
    admin.get_by_role("button", name="Add").click()
    expect(admin.get_by_text("Noah Frost can sign in now")).to_be_visible()

    colleague.goto("/sign-in")
    sign_in(colleague, address, "five blue lanterns")
    expect(colleague.get_by_role("link", name="Desk")).to_be_visible()

    admin.get_by_role("row", name=address).get_by_role("link").click()
    admin.get_by_role("group", name="Role 1").get_by_label("Role").select_option("Auditor")
    admin.get_by_role("button", name="Save the roles").click()
    expect(admin.get_by_role("row", name="Auditor All libraries For good")).to_be_visible()

    colleague.reload()
    expect(colleague.get_by_role("link", name="Audit")).to_be_visible()
    expect(colleague.get_by_role("link", name="Desk")).to_have_count(0)


def test_signing_out_closes_the_house_even_to_the_back_button(people: People) -> None:
    page = people.visitor("north")
    page.goto("/sign-in")
    sign_in(page, "auditor@north.example", PASSWORD)
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
