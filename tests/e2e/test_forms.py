"""Forms with and without scripts, and the colours one has chosen."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, sign_in

pytestmark = pytest.mark.e2e


def error_of(page: Page, label: str) -> str:
    """What a screen reader says after the field: `aria-describedby` leads there."""
    field = page.get_by_label(label)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby") or ""
    return page.locator(f"#{described.split()[-1]}").inner_text()


def test_a_fault_is_shown_beside_its_field_before_anything_is_sent(people: People) -> None:
    page = people.visitor()
    page.goto("/sign-up")
    left: list[str] = []
    page.on("request", lambda asked: left.extend([asked.url] * asked.is_navigation_request()))
    page.get_by_label("Address").fill("Not A Slug!")
    page.get_by_role("button", name="Sign up").click()

    assert "Name of the library" in error_of(page, "Name of the library")
    assert error_of(page, "Address")
    expect(page.get_by_label("Name of the library")).to_be_focused()
    assert left == []


def test_a_fault_that_only_the_server_knows_is_shown_beside_its_field(people: People) -> None:
    page = people.visitor()
    page.goto("/sign-up")
    fill_sign_up(page, slug="north")
    page.get_by_role("button", name="Sign up").click()
    assert "Another organisation has this address" in error_of(page, "Address")
    expect(page.get_by_label("Your name")).to_have_value("Second North")


def fill_sign_up(page: Page, slug: str) -> None:
    page.get_by_label("Name of the library").fill("Another North")
    page.get_by_label("Address").fill(slug)
    page.get_by_label("Your name").fill("Second North")
    page.get_by_label("Your e-mail").fill("second@north.example")
    page.get_by_label("Password").fill("a lamp in the window")


def test_without_scripts_the_server_shows_the_fault_beside_its_field(people: People) -> None:
    page = people.person("librarian", java_script_enabled=False)
    page.goto("/patrons/new")
    page.get_by_label("Name").fill("Hidden Behind A Broken Date")
    page.get_by_label("Category").select_option("adult")
    page.get_by_label("E-mail").fill("no-address@nowhere")
    page.get_by_role("button", name="Register").click()
    assert error_of(page, "E-mail")
    expect(page.get_by_label("Name")).to_have_value("Hidden Behind A Broken Date")


def test_without_scripts_one_signs_in_and_registers_a_patron(people: People) -> None:
    page = people.visitor("north", java_script_enabled=False)
    page.goto("/patrons/new")
    sign_in(page, "librarian@north.example", PASSWORD)
    name = f"Quiet Reader {secrets.token_hex(3)}"
    page.get_by_label("Name").fill(name)
    page.get_by_label("Category").select_option("adult")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_without_scripts_the_catalogue_is_searched_and_sorted(people: People) -> None:
    page = people.visitor("north", java_script_enabled=False)
    page.goto("/catalogue")
    page.get_by_role("searchbox").fill("ek tove")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("combobox", name="Order").select_option("title")
    page.get_by_role("button", name="Apply").click()
    titles = page.get_by_role("heading", level=2).get_by_role("link")
    expect(titles).to_have_text(["Knots for cold hands", "The lighthouse keeper's almanac"])


def test_a_double_click_makes_one_record(people: People) -> None:
    page = people.person("librarian")
    title = f"Twice pressed {secrets.token_hex(4)}"
    page.goto("/catalogue/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto(f"/catalogue?q={title.rsplit(maxsplit=1)[-1]}")
    expect(page.get_by_role("status")).to_have_text("1 title")


def test_deleting_asks_first_and_escape_keeps_the_record(people: People) -> None:
    page = people.person("librarian")
    title = f"Nearly gone {secrets.token_hex(4)}"
    page.goto("/catalogue/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()

    page.locator("summary", has_text="Delete").click()
    question = page.get_by_role("dialog", name="Delete this title?")
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    page.locator("summary", has_text="Delete").click()
    question.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(r"/catalogue$"))


def test_the_colours_one_chose_stay(people: People) -> None:
    page = people.visitor("north", color_scheme="light")
    page.goto("/catalogue")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Dark").click()
    page.goto("/sign-in")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Auto").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
