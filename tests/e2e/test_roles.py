"""A role of one's own, from the clone to the question why; by keyboard, and without JavaScript."""

import re
import secrets
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from stackroom.testing.browsing import People, grave_faults

pytestmark = pytest.mark.e2e
TELEPHONE: ViewportSize = {"width": 360, "height": 740}
LATER = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day that is not past


def press(page: Page, key: str, name: str, role: str = "button") -> None:
    """By keyboard alone: go there as Tab would, then press the key."""
    found = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    found.focus()
    expect(found).to_be_focused()
    page.keyboard.press(key)


def holds_up(page: Page) -> None:
    """Nothing grave by day or night, and nothing over the edge of a telephone."""
    assert grave_faults(page) == []
    wide = page.viewport_size
    assert wide
    page.set_viewport_size(TELEPHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    page.set_viewport_size(wide)


def clone(page: Page, name: str) -> None:
    page.goto("/staff/roles")
    press(page, "Enter", "Clone Circulation desk", "link")
    expect(page.get_by_text("The same as Circulation desk.")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).focus()
    page.keyboard.type(name)


def test_from_a_clone_to_the_question_why(people: People) -> None:
    page, name = people.person("admin"), f"Desk {secrets.token_hex(3)}"
    clone(page, name)
    page.get_by_role("searchbox", name="Search permissions").focus()
    page.keyboard.type("copies change")
    expect(page.get_by_text(re.compile(r"^1 of \d+ permissions"))).to_be_visible()
    expect(page.get_by_role("checkbox", name="Lend, renew and take back")).to_be_hidden()
    press(page, "Space", "Add, change and delete copies", "checkbox")
    difference = page.get_by_role("region", name="Difference")
    expect(difference).to_contain_text("Gained against Circulation desk")
    expect(difference.get_by_role("listitem")).to_have_text(["Add, change and delete copies"])
    holds_up(page)
    press(page, "Enter", "Make this role")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("Nobody holds this role yet. Give it")).to_be_visible()
    expect(page.get_by_label("Lend, renew and take back")).to_be_checked()

    page.goto("/staff")
    press(page, "Enter", "Lauri Salo", "link")
    give(page, name)
    press(page, "Enter", "See what would change")
    expect(page.get_by_text("Nothing changes in what they may do.")).to_be_visible()
    holds_up(page)
    press(page, "Enter", "Save the roles")
    row = page.get_by_role("row", name=re.compile(f"^{name}"))
    expect(row).to_contain_text(f"{LATER:%-d %B %Y}")

    page.get_by_label("Do what").select_option("Lend, renew and take back")
    press(page, "Enter", "Ask")
    expect(page.get_by_text("Lauri Salo may lend, renew and take back.")).to_be_visible()
    why = page.get_by_role("table", name="Why").get_by_role("row", name=re.compile(f"^{name}"))
    expect(why).to_contain_text(f"{name} holds this permission at")
    assert "permission=loans.write" in page.url, "it can be sent to somebody"
    holds_up(page)
    page.goto("/staff/roles")
    expect(page.get_by_role("row", name=re.compile(f"^{name}"))).to_contain_text("1")


def give(page: Page, role: str) -> None:
    """In the spare row: at the first library, until a day."""
    rows = page.get_by_role("group", name=re.compile(r"^Role \d"))
    spare = rows.nth(rows.count() - 1)
    spare.get_by_label("Role").select_option(role)
    spare.get_by_label("Library").select_option(index=1)
    spare.get_by_label("Last day").fill(LATER.isoformat())


def test_the_difference_of_a_saved_role_tells_how_many_it_concerns(people: People) -> None:
    page, name = people.person("admin"), f"Desk {secrets.token_hex(3)}"
    clone(page, name)
    press(page, "Enter", "Make this role")
    expect(page.get_by_text("The same as the role as it is saved.")).to_be_visible()
    press(page, "Space", "Lend, renew and take back", "checkbox")
    difference = page.get_by_role("region", name="Difference")
    expect(difference).to_contain_text("Lost against the role as it is saved")
    expect(difference).to_contain_text("Nobody holds this role yet.")
    press(page, "Enter", "Save")
    expect(page.get_by_text("is saved and counts from the next click")).to_be_visible()
    expect(page.get_by_label("Lend, renew and take back")).not_to_be_checked()
    page.locator("summary", has_text="Remove").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text(f"The role “{name}” is removed.")).to_be_visible()


def test_without_javascript_a_role_is_made_and_given(people: People) -> None:
    people.person("admin")  # signs in, where scripts are allowed
    page, name = people.person("admin", java_script_enabled=False), f"Desk {secrets.token_hex(3)}"
    page.goto("/staff/roles/new?from=circulation")
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_label("Add, change and delete copies").check()
    page.get_by_role("button", name="Make this role").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.goto("/staff")
    page.get_by_role("link", name="Lauri Salo").click()
    before = page.get_by_role("group", name=re.compile(r"^Role \d")).count()
    give(page, name)
    page.get_by_role("button", name="Add another row").click()
    expect(page.get_by_role("group", name=re.compile(r"^Role \d"))).to_have_count(before + 1)
    expect(page.get_by_text("add, change and delete copies at")).to_have_count(0)
    page.get_by_role("button", name="Save the roles").click()
    expect(page.get_by_role("row", name=re.compile(f"^{name}"))).to_be_visible()


def test_the_matrix_scrolls_in_its_own_box_and_keeps_its_heads(people: People) -> None:
    page = people.person("auditor", viewport=TELEPHONE)
    page.goto("/staff/matrix")
    box = page.get_by_role("region", name="Permissions and roles")
    box.focus()
    head = page.get_by_role("columnheader", name="May", exact=True)
    expect(box).to_be_focused()
    at = head.bounding_box()
    box.evaluate("each => each.scrollTo(200, each.scrollHeight)")
    assert box.evaluate("each => each.scrollTop > 0 && each.scrollLeft > 0")
    assert head.bounding_box() == at
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert box.evaluate("each => each.scrollWidth > each.clientWidth")
