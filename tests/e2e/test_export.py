"""An admin takes everything of the organisation away."""

from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from stackroom.testing.browsing import People

pytestmark = pytest.mark.e2e


def test_an_admin_asks_for_an_export_watches_it_and_downloads_it(people: People) -> None:
    page = people.person("admin", "harbour")
    page.goto("/start")
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_text("No exports yet")).to_be_visible()
    page.get_by_role("button", name="Ask for an export").click()

    progress = page.get_by_role("region", name="Progress of the export")
    expect(progress.get_by_text("Ready")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        progress.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("harbour-")
    with ZipFile(download.value.path()) as bundle:
        assert bundle.testzip() is None
        assert b"Night ferry" in bundle.read("catalogue/bibs.mrc")

    page.reload()
    row = page.get_by_role("table", name="Exports").get_by_role("row").nth(1)
    expect(row).to_contain_text("Inês Duarte")
    expect(row.get_by_role("link", name="Download")).to_be_visible()
    expect(page.get_by_role("button", name="Ask for an export")).to_be_visible()
    page.goto("/audit")
    expect(page.get_by_text("downloaded an export").first).to_be_visible()
