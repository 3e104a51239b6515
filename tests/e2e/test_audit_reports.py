"""An auditor runs a report, opens a finding, notes, draws a sample, signs off, and prints."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.oversight.reports import documents
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e
TOMORROW = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011 - where the house is


@pytest.fixture
def auditor(people: People, site: Served) -> Page:
    """At harbour, where somebody has just been given and lost a role."""
    headers = site.sign_in("harbour", "admin@harbour.example", PASSWORD)
    role = {"name": "Night desk", "sentence": "Lends at night", "permissions": ["bibs.read"]}
    made = site.request("POST", "/api/v1/roles", "harbour", headers=headers, json=role)
    if made.status_code == 201:  # the first of these tests makes it
        assert made.json()["name"] == "Night desk"
    return people.person("auditor", "harbour")


def run_report(page: Page, title: str) -> None:
    page.goto("/audit/reports")
    page.get_by_role("link", name=re.compile(rf"^Run.*{title}$")).click()
    page.get_by_label("Last day").fill(TOMORROW)
    page.get_by_role("button", name="Run the report").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_from_a_report_to_its_sign_off(auditor: Page) -> None:
    page = auditor
    page.goto("/start")
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_role("link", name="Reports", exact=True).click()
    run_report(page, "Changes of roles and permissions")
    expect(page.get_by_role("img", name=re.compile("Changes of rights"))).to_be_visible()
    page.get_by_role("link", name=re.compile("made the role “Night desk”")).first.click()
    expect(page.get_by_role("list", name="Entries behind this finding")).to_contain_text("Night")
    page.get_by_label("New note").fill("Agreed with the director.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Agreed with the director.")).to_be_visible()

    page.get_by_role("link", name="Changes of roles and permissions").click()
    page.get_by_role("link", name="Draw a sample").click()
    page.get_by_label("Seed").fill("spring")
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=re.compile("Sample of"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Evidence (ZIP)").click()
    with ZipFile(download.value.path()) as archive:
        assert json.loads(archive.read("sample.json"))["sample"]["seed"] == "spring"

    page.get_by_role("link", name="The report").click()
    page.get_by_role("link", name="Sign off").click()
    page.get_by_label("Conclusion").select_option("with_remarks")
    page.get_by_label("Remarks").fill("One role was new to us.")
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_text("The report is signed off")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("With remarks"))).to_contain_text("new to us")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Signed document")).click()
    file = Path(download.value.path()).read_bytes()
    said = documents.verify(file, json.loads(file)["public_key"])
    assert [note["text"] for note in said["notes"]] == ["Agreed with the director."]
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def test_a_report_by_keyboard_on_a_telephone_and_on_paper(auditor: Page) -> None:
    page = auditor
    page.goto("/audit/reports/new/staff.role_changes")
    page.get_by_label("Last day").fill(TOMORROW)
    page.get_by_role("button", name="Run the report").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="Findings")).to_be_visible()
    assert grave_faults(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_text("The chart as a table").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Changes of rights")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    expect(page.get_by_role("table", name="Findings")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Changes of rights"))).to_be_visible()
    expect(page.get_by_role("button", name="Keep the note")).to_be_hidden()
