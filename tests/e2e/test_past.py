"""An admin looks into the past, and brings some of it back."""

import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from stackroom.testing.browsing import People

pytestmark = pytest.mark.e2e


def add_title(page: Page, title: str) -> str:
    """Its address."""
    page.goto("/catalogue/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    return page.url.rpartition("/")[2]


def rename(page: Page, bib: str, title: str) -> None:
    page.goto(f"/catalogue/{bib}/edit")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def test_a_title_is_seen_as_it_was_compared_and_restored(people: People) -> None:
    mark = secrets.token_hex(4)
    librarian = people.person("librarian")
    bib = add_title(librarian, f"Kalevala {mark}")
    rename(librarian, bib, f"Mistake {mark}")

    page = people.person("admin")
    page.goto(f"/audit/records/bib/{bib}/compare")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Mistake {mark}")
    page.get_by_role("link", name="Restore…").click()
    page.get_by_role("link", name="See what would change").last.click()
    expect(page.get_by_text("Nothing has changed yet")).to_be_visible()
    expect(page.locator("ins", has_text=f"Kalevala {mark}").first).to_be_visible()
    page.get_by_label("Reason").fill("A slip of the pen.")
    page.get_by_role("button", name="Restore it").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Kalevala {mark}")
    expect(page.get_by_text("is restored")).to_be_visible()
    page.get_by_label("As of").fill("2020-01-01T10:00")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("There was no such record at that instant")).to_be_visible()
    librarian.goto(f"/catalogue?q={mark}")
    expect(librarian.get_by_role("link", name=f"Kalevala {mark}")).to_be_visible()


def test_an_import_is_undone_from_its_page(people: People, tmp_path: Path) -> None:
    mark = secrets.token_hex(4)
    file = tmp_path / f"wrong-{mark}.csv"
    file.write_text(f"title\nWrong one {mark}\nWrong two {mark}\n")
    page = people.person("admin")
    page.goto("/imports")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)
    page.reload()

    page.get_by_role("link", name="Undo this import…").click()
    preview = page.get_by_role("table", name="What would be done")
    expect(preview.get_by_role("row").nth(1)).to_contain_text("created, to be deleted")
    page.get_by_label("Reason").fill("The wrong file.")
    page.get_by_role("button", name="Undo it").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(file.name)
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=60_000)
    page.reload()
    expect(page.get_by_role("table", name="Records").get_by_role("row")).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a spreadsheet").click()
    assert f"Wrong two {mark}" in download.value.path().read_text("utf-8-sig")
    page.goto(f"/catalogue?q={mark}")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.goto("/audit/batches")
    row = page.get_by_role("table").get_by_role("row").nth(1)
    expect(row).to_contain_text("The wrong file.")
