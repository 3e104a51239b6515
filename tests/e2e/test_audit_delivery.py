"""The trail leaves the house: an auditor takes a filter's entries as a file, an admin has them
sent."""

import json
import secrets

import pytest
from playwright.sync_api import expect

from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.receiver import receiver

pytestmark = pytest.mark.e2e


def test_an_auditor_narrows_the_trail_down_and_downloads_just_these(people: People) -> None:
    page = people.person("auditor", "harbour")
    page.goto("/audit?subject_type=account")
    page.get_by_role("link", name="Export these").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Export the trail")
    assert grave_faults(page) == []
    page.get_by_label("As").select_option("jsonl")
    page.get_by_role("button", name="Export").click()

    progress = page.get_by_role("region", name="Progress of the export")
    expect(progress.get_by_text("Ready")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        progress.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("harbour-audit-")
    lines = download.value.path().read_text().splitlines()
    assert lines
    assert {json.loads(line)["subject"]["type"] for line in lines} == {"account"}

    page.reload()
    row = page.get_by_role("table", name="Audit exports").get_by_role("row").nth(1)
    expect(row).to_contain_text("Subject type account")
    assert grave_faults(page) == []
    page.goto("/audit")
    expect(page.get_by_text("downloaded an export of the audit trail").first).to_be_visible()


def test_an_admin_adds_a_webhook_tests_it_and_sees_the_attempt(people: People) -> None:
    name = f"SIEM {secrets.token_hex(3)}"
    with receiver() as siem:
        page = people.person("admin", "harbour")
        page.goto("/audit/webhooks/new")
        assert grave_faults(page) == []
        page.get_by_label("Name").fill(name)
        page.get_by_label("Address").fill(siem.url)
        page.get_by_role("button", name="Add the webhook").click()
        expect(page.get_by_text("It is not shown again")).to_be_visible()
        assert page.locator(".copyable code").inner_text().startswith("whsec_")
        page.get_by_role("link", name="I have copied it").click()

        assert grave_faults(page) == []
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Delivery")
        attempts = page.get_by_role("table", name="Attempts")
        for _ in range(100):
            if attempts.count():
                break
            page.wait_for_timeout(200)
            page.get_by_role("link", name="Look again").click()
        expect(attempts.get_by_role("row").nth(1)).to_contain_text("204")
        expect(page.get_by_text("Delivered")).to_be_visible()
        assert siem.received[0].json["type"] == "audit.test"
        assert grave_faults(page) == []

        page.get_by_role("link", name=name).click()
        page.locator("summary", has_text="Remove").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
        expect(page.get_by_role("status")).to_contain_text("The webhook is removed")
