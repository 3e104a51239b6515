"""Passkeys and codes in a real browser, whose authenticator is Chromium's virtual one."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults, sign_in
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e
EMAIL = "guard@north.example"
START = re.compile(r":\d+/start$")


@pytest.fixture(autouse=True)
def guard(site: Served) -> Iterator[str]:
    """Somebody of their own, so that the others stay without a second factor."""
    headers = site.sign_in("north", "admin@north.example", PASSWORD)
    person = {"email": EMAIL, "name": "Gry Guard", "roles": ["librarian"], "password": PASSWORD}
    answer = site.request("POST", "/api/v1/staff", "north", headers=headers, json=person)
    if answer.status_code == 409:
        staff = site.request("GET", "/api/v1/staff", "north", headers=headers).json()["items"]
        guard_id = next(one["id"] for one in staff if one["email"] == EMAIL)
    else:
        guard_id = answer.json()["id"]
    yield guard_id
    site.request("DELETE", f"/api/v1/accounts/{guard_id}/factors", "north", headers=headers)


def with_authenticator(page: Page) -> Page:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return page


def enter(page: Page) -> None:
    page.goto("/sign-in")
    sign_in(page, EMAIL, PASSWORD)


def security(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("link", name="Second factors and passkeys").click()


def sign_out(page: Page) -> None:
    page.locator("summary", has_text="Gry Guard").click()
    page.get_by_role("button", name="Sign out").click()


def add_passkey(page: Page, name: str) -> None:
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text(f"The passkey “{name}” is set up.")).to_be_visible()


def test_a_passkey_is_made_signs_in_alone_is_renamed_and_removed(people: People) -> None:
    page = with_authenticator(people.visitor("north"))
    enter(page)
    security(page)
    assert grave_faults(page) == []
    add_passkey(page, "My telephone")
    assert grave_faults(page) == []

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(START)

    security(page)
    page.locator("summary", has_text="Rename").click()
    page.get_by_role("dialog").get_by_label("New name").fill("Old telephone")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("rowheader", name="Old telephone")).to_be_visible()
    page.locator("summary", has_text="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("No passkey yet")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("could not be read here")
    assert grave_faults(page) == []


def test_a_passkey_is_the_second_step_behind_a_password(people: People) -> None:
    page = with_authenticator(people.visitor("north"))
    enter(page)
    security(page)
    add_passkey(page, "Blue key")
    sign_out(page)

    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor")
    assert grave_faults(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(START)

    page.goto("/account/confirm?next=/account/security")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(r"/account/security$"))


def test_an_app_is_set_up_and_asked_for(people: People) -> None:
    page = people.visitor("north")
    enter(page)
    security(page)
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_alt_text("QR code of the secret below")).to_be_visible()
    assert grave_faults(page) == []
    secret = page.locator("p", has_text="Secret:").locator("code").inner_text()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    assert grave_faults(page) == []
    code = page.locator("li code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 left.")).to_be_visible()

    sign_out(page)
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("does not fit")
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url(START)


def test_an_admin_sees_who_has_one_and_removes_it_when_it_is_lost(people: People) -> None:
    page = with_authenticator(people.visitor("north"))
    enter(page)
    security(page)
    add_passkey(page, "Lost key")

    admin = people.person("admin")
    admin.goto("/start")
    admin.get_by_role("navigation", name="Main").get_by_role("link", name="Security").click()
    expect(admin.get_by_role("cell", name="the passkey “Lost key”")).to_be_visible()
    assert grave_faults(admin) == []
    admin.locator("summary", has_text="Remove").click()
    admin.get_by_role("dialog").get_by_role("button", name="Remove them").click()
    expect(admin.get_by_text("The second factors of Gry Guard are removed.")).to_be_visible()


def test_an_old_browser_is_asked_before_a_form_of_staff(people: People) -> None:
    admin = people.person("admin")
    admin.goto("/account/confirm?next=/staff/new")
    assert grave_faults(admin) == []
    admin.get_by_label("Password").fill("not this one")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("alert")).to_contain_text("This is not your password")
    admin.get_by_label("Password").fill(PASSWORD)
    admin.keyboard.press("Enter")
    expect(admin).to_have_url(re.compile(r"/staff/new$"))
