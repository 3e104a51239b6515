"""An admin names a program, makes its key, uses it, replaces it and revokes it."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e


def test_a_key_lives_from_its_making_to_its_end(people: People, site: Served) -> None:
    program = f"Website {secrets.token_hex(3)}"
    page = people.person("admin", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/start")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="API keys").click()
    add_program(page, program)
    page.get_by_label("Name of the key").fill("Live")
    page.get_by_label("Search what it may do").fill("search catalogue")
    expect(page.get_by_label("Add staff", exact=False)).to_have_count(0)
    expect(page.get_by_label("Lend, renew", exact=False)).to_be_hidden()
    page.get_by_label("Search the catalogue (bibs.read)").check()
    page.get_by_role("button", name="Make the key").click()

    expect(page.get_by_text("It is not shown again")).to_be_visible()
    assert grave_faults(page) == []
    token = page.locator(".copyable code").inner_text()
    page.get_by_role("button", name="Copy: the API key").click()
    expect(page.get_by_role("button", name="Copy: the API key")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == token
    assert asks(site, token) == 200

    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name=f"{program}: Live").click()
    expect(page.get_by_text("Search the catalogue (bibs.read)")).to_be_visible()
    page.get_by_label("Hours the old key still serves").fill("0")
    page.get_by_role("button", name="Replace").click()
    successor = page.locator(".copyable code").inner_text()
    assert [asks(site, token), asks(site, successor)] == [401, 200]

    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name=f"{program}: Live").first.click()
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("status")).to_contain_text("The key is revoked")
    assert asks(site, successor) == 401


def test_a_form_without_a_permission_says_what_is_missing(people: People) -> None:
    page = people.person("admin")
    page.goto("/organisation/service-accounts/new")
    fill_program(page, f"Kiosk {secrets.token_hex(3)}")
    page.get_by_label("Name of the key").fill("Live")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("alert")).to_contain_text("Permissions")
    expect(page.get_by_label("Name of the key")).to_have_value("Live")


def add_program(page: Page, name: str) -> None:
    page.get_by_role("link", name="Service accounts").click()
    page.get_by_role("link", name="Add a service account").click()
    fill_program(page, name)


def fill_program(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make a key")


def asks(site: Served, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return int(site.request("GET", "/api/v1/bibs", "north", headers=headers).status_code)
