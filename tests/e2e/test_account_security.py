"""A forgotten password, a new device, and signing out what one has left behind."""

import re
import secrets
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from stackroom.testing.browsing import People, grave_faults, mails, sign_in

pytestmark = pytest.mark.e2e
OLD, NEW = "five blue lanterns", "seven green ladders"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
NARROW: ViewportSize = {"width": 360, "height": 740}


def new_colleague(people: People) -> str:
    address = f"iris-{secrets.token_hex(3)}@north.example"
    admin = people.person("admin")
    admin.goto("/staff/new")
    admin.get_by_label("Name").fill("Iris Vale")
    admin.get_by_label("E-mail").fill(address)
    role = admin.get_by_role("group", name="Role 1").get_by_label("Role")
    role.select_option("Librarian")
    admin.get_by_label("First password").fill(OLD)
    admin.get_by_role("button", name="Add").click()
    expect(admin.get_by_text("Iris Vale can sign in now")).to_be_visible()
    return address


def mail(people: People, address: str, subject: str) -> str:
    """The newest such mail, once the worker has sent it."""
    page = people.visitor("north")
    for _ in range(60):
        mine = [m for m in mails(page) if m["to"] == address and subject in m["subject"]]
        if mine:
            return mine[0]["text"]
        page.wait_for_timeout(250)
    raise AssertionError(f"no mail “{subject}” to {address}")


def link_in(text: str) -> str:
    found = re.search(r"https?://\S+/reset-password\?\S+", text)
    assert found
    parts = urlsplit(found[0])
    return f"{parts.path}?{parts.query}"


def enter(page: Page, address: str, password: str) -> None:
    page.goto("/sign-in")
    sign_in(page, address, password)


def test_a_forgotten_password_is_replaced_by_mail_with_the_keyboard_alone(people: People) -> None:
    address = new_colleague(people)
    page = people.visitor("north")
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forgotten password")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")

    path = link_in(mail(people, address, "new password for"))
    page.goto(path)
    assert grave_faults(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("New password").fill("password1234")
    page.get_by_label("New password").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Attackers try this first")
    page.get_by_label("New password").fill(NEW)
    page.get_by_label("New password").press("Enter")
    expect(page.get_by_text("Your new password is saved")).to_be_visible()
    sign_in(page, address, NEW)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Iris Vale")

    page.goto(path)  # a second time
    expect(page.get_by_text("This link cannot be used any more")).to_be_visible()
    assert "was changed just now" in mail(people, address, "was changed")


def test_a_new_device_is_told_of_and_signed_out_from_another(people: People) -> None:
    address = new_colleague(people)
    desk, phone = (
        people.visitor("north"),
        people.visitor("north", user_agent=PHONE, viewport=NARROW),
    )
    enter(desk, address, OLD)
    enter(phone, address, OLD)
    assert "Safari on iPhone" in mail(people, address, "A new sign-in")

    desk.goto("/account")
    row = desk.get_by_role("row", name="Safari on iPhone")
    expect(row).to_contain_text("with password")
    assert grave_faults(desk) == []
    row.get_by_role("button", name="Sign out").click()
    expect(desk.get_by_text("That device is signed out")).to_be_visible()
    expect(desk.get_by_role("row", name="Safari on iPhone")).to_have_count(0)
    phone.goto("/account")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_an_admin_helps_a_colleague_whose_account_is_in_danger(people: People) -> None:
    address = new_colleague(people)
    colleague, admin = people.visitor("north"), people.person("admin")
    enter(colleague, address, OLD)
    admin.goto("/staff?per_page=100")
    admin.get_by_role("row", name=address).get_by_role("link").click()
    assert grave_faults(admin) == []
    admin.locator("summary", has_text="Sign out everywhere").click()
    admin.get_by_role("button", name="Sign out everywhere").click()
    expect(admin.get_by_text("Iris Vale is signed out everywhere")).to_be_visible()
    colleague.reload()
    expect(colleague.get_by_role("heading", level=1)).to_have_text("Sign in")

    admin.locator("summary", has_text="Send a link for a new password").click()
    admin.get_by_role("button", name="Send the link").click()
    expect(admin.get_by_text("A link for a new password is on its way")).to_be_visible()
    colleague.goto(link_in(mail(people, address, "new password for")))
    colleague.get_by_label("New password").fill(NEW)
    colleague.get_by_role("button", name="Save the password").click()
    expect(colleague.get_by_text("Your new password is saved")).to_be_visible()
