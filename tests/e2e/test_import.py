"""Records come in from a file while the librarian watches."""

import secrets
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pymarc import Field, Indicators, MARCWriter, Record, Subfield

from stackroom.testing.browsing import People

pytestmark = pytest.mark.e2e
BROKEN = b"00050nam a2200037 a 4500this directory is no directory\x1e\x1d"


def test_an_import_shows_its_progress_and_hands_back_what_it_rejects(
    people: People, tmp_path: Path
) -> None:
    mark = secrets.token_hex(4)
    file = tmp_path / f"gift-{mark}.mrc"
    file.write_bytes(marc(f"Gift one {mark}") + BROKEN + marc(f"Gift two {mark}"))
    page = people.person("librarian")
    page.goto("/imports")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(file.name)
    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)
    counts = page.locator("[data-count]")
    expect(counts).to_have_text(["3", "2", "0", "0", "1"])

    page.get_by_role("link", name="See the rejected record").click()
    page.reload()
    rejected = page.get_by_role("table", name="Rejected records").get_by_role("row").nth(1)
    expect(rejected).to_contain_text("directory")
    with page.expect_download() as download:
        rejected.get_by_role("link", name="Download record 2").click()
    assert download.value.path().read_bytes() == BROKEN

    page.goto(f"/catalogue?q={mark}")
    expect(page.get_by_role("link", name=f"Gift one {mark}")).to_be_visible()
    expect(page.get_by_role("link", name=f"Gift two {mark}")).to_be_visible()


def marc(title: str) -> bytes:
    record = Record(force_utf8=True)
    record.add_ordered_field(
        Field(tag="001", data=secrets.token_hex(6)),
        Field(tag="245", indicators=Indicators("0", "0"), subfields=[Subfield("a", title)]),
    )
    out = BytesIO()
    MARCWriter(out).write(record)
    return out.getvalue()
