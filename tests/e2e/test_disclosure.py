"""An auditor reveals who a line tells of; an admin erases the patron, and then nobody can."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e


@pytest.fixture
def reader(site: Served) -> tuple[str, str]:
    """The name and the id of somebody new at harbour."""
    headers = site.sign_in("harbour", "admin@harbour.example", PASSWORD)
    name = f"Zoe Quagga {secrets.token_hex(3)}"
    body = {"name": name, "category": "adult"}
    made = site.request("POST", "/api/v1/patrons", "harbour", headers=headers, json=body)
    return name, str(made.json()["id"])


def open_line(page: Page, patron_id: str) -> str:
    page.goto(f"/audit?subject_id={patron_id}&action=patron.created")
    lines = page.locator("main a[href^='/audit/8'], main a[href^='/audit/9']")
    address = str(lines.first.get_attribute("href"))
    page.goto(address)
    return address


def test_a_line_is_revealed_with_a_reason(people: People, reader: tuple[str, str]) -> None:
    name, patron_id = reader
    page = people.person("auditor", "harbour")
    open_line(page, patron_id)
    expect(page.get_by_text(name)).to_have_count(0)
    page.get_by_role("link", name="Reveal who this is").click()
    page.get_by_role("button", name="Reveal").click()  # the browser asks for the reason
    page.get_by_label("Reason").fill("Complaint 31")
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_role("heading", level=1, name="Revealed")).to_be_visible()
    expect(page.get_by_text(name)).to_be_visible()
    assert grave_faults(page) == []
    page.goto("/audit?action=audit.revealed")
    expect(page.get_by_text("Complaint 31").first).to_be_visible()
    expect(page.get_by_text(name)).to_have_count(0)


def test_a_patron_is_erased_after_a_look_at_what_goes(
    people: People, reader: tuple[str, str]
) -> None:
    name, patron_id = reader
    page = people.person("admin", "harbour")
    address = open_line(page, patron_id)
    page.goto(f"/patrons/{patron_id}")
    page.get_by_role("link", name="Erase for good").click()
    expect(page.get_by_role("heading", name="What goes")).to_be_visible()
    expect(page.get_by_text("name, card number, e-mail")).to_be_visible()
    assert grave_faults(page) == []
    page.get_by_label("Reason").fill("Request 2026-114")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("nobody can say any more who that was")).to_be_visible()
    page.goto(f"/patrons/{patron_id}")
    expect(page.get_by_role("heading", level=1, name="Erased patron")).to_be_visible()
    page.goto(f"{address}/reveal")
    page.get_by_label("Reason").fill("Once more")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="Reveal").click()
    assert answer.value.status == 410
    expect(page.get_by_text("was destroyed on").first).to_be_visible()
    expect(page.get_by_text(name)).to_have_count(0)
