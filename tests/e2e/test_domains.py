"""An admin brings a domain, and takes it away again."""

import pytest
from playwright.sync_api import Page, expect

from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.name_server import NameServer

pytestmark = pytest.mark.e2e
HOST = "catalogue.north.example"
RECORD = f"_stackroom.{HOST}"


def test_a_domain_is_added_proved_and_removed(people: People, dns: NameServer) -> None:
    page = people.person("admin")
    page.goto("/start")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Domains").click()
    expect(page.get_by_text("No domain yet")).to_be_visible()

    add(page, "north.localhost")
    expect(page.get_by_role("alert")).to_contain_text("belong to the platform")
    add(page, HOST)
    expect(page.get_by_text("Set this record where you manage the DNS")).to_be_visible()
    name, value = page.locator(".copyable code").all_inner_texts()
    assert name == RECORD

    dns.zone[RECORD] = [(b"v=spf1 -all",)]
    check(page)
    expect(page.get_by_role("status")).to_contain_text("another TXT record there: “v=spf1 -all”")
    expect(page.get_by_text("Not proved")).to_be_visible()
    assert grave_faults(page) == []

    dns.zone[RECORD] += [(value.encode(),)]
    check(page)
    expect(page.get_by_text("Verified")).to_be_visible()

    remove(page)
    expect(page.get_by_text("No domain yet")).to_be_visible()


def test_the_name_of_the_record_is_copied(people: People) -> None:
    page = people.person("admin", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/domains")
    add(page, "copied.north.example")
    page.get_by_role("button", name="Copy: name of the record").click()
    expect(page.get_by_role("button", name="Copy: name of the record")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "_stackroom.copied.north.example"
    remove(page)


def test_an_auditor_sees_domains_and_can_change_nothing(people: People) -> None:
    page = people.person("auditor")
    page.goto("/domains")
    expect(page.get_by_role("heading", level=1)).to_have_text("Domains")
    expect(page.get_by_label("Domain")).to_have_count(0)
    expect(page.get_by_role("button", name="Add")).to_have_count(0)


def add(page: Page, host: str) -> None:
    page.get_by_label("Domain").fill(host)
    page.get_by_role("button", name="Add", exact=True).click()


def check(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()


def remove(page: Page) -> None:
    page.locator("summary", has_text="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
