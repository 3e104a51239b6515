"""An auditor checks the seals, takes evidence, and checks that without Stackroom; an admin replaces
the key."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from stackroom.testing.browsing import People
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e


def reload_until(page: Page, there: Locator) -> None:
    """The page says itself that one loads it again."""
    for _ in range(300):
        if there.count():
            return
        page.reload()
    expect(there.first).to_be_visible()


def test_an_auditor_checks_takes_evidence_and_verifies_it_elsewhere(
    people: People, site: Served, tmp_path: Path
) -> None:
    page = people.person("auditor", "harbour")
    page.goto("/audit/seals")
    page.get_by_role("button", name="Seal now").first.click()
    reload_until(page, page.get_by_text("Sealed up to"))

    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("heading", name="Check of the seals")).to_be_visible()
    reload_until(page, page.get_by_text("Nothing was altered, removed, added"))

    page.goto("/audit/seals")
    page.get_by_role("button", name="Ask for evidence").click()
    download = page.get_by_role("link", name="Download checkpoints")
    reload_until(page, download)
    with page.expect_download() as file:
        download.first.click()
    assert file.value.suggested_filename.startswith("harbour-audit-1-")

    for name, path in (
        ("verify.py", "/audit/seals/verify.py"),
        ("keys.json", "/.well-known/stackroom-audit-keys.json"),
    ):
        (tmp_path / name).write_bytes(site.request("GET", path, "harbour").content)
    command = [sys.executable, "-P", "verify.py", str(file.value.path()), "--keys", "keys.json"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, check=False)
    assert done.returncode == 0, done
    assert done.stdout.startswith(b"Sound. Checkpoints 1 to ")

    page.goto("/audit")
    expect(page.get_by_text("downloaded the evidence").first).to_be_visible()


def test_the_proof_of_an_entry_is_taken_from_its_page(people: People, tmp_path: Path) -> None:
    page = people.person("auditor", "harbour")
    page.goto("/audit/seals")
    seal = page.get_by_role("button", name="Seal now")
    if seal.count():
        seal.first.click()
    page.goto("/audit?q=ferry")
    page.get_by_role("link", name="Night ferry").first.click()
    page.get_by_role("link", name="Proof").click()
    download = page.get_by_role("link", name="Download the proof")
    reload_until(page, download)
    with page.expect_download() as file:
        download.click()
    assert b"stackroom-proof/1" in file.value.path().read_bytes()


def test_an_admin_replaces_the_key_and_says_where_checkpoints_go(people: People) -> None:
    page = people.person("admin", "harbour")
    page.goto("/audit/seals/settings")
    page.get_by_label("Mail addresses").fill("audit@harbour.example, town@harbour.example")
    page.get_by_label("How often").select_option("daily")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The next checkpoint that is due goes there")).to_be_visible()
    page.goto("/audit/seals/settings")
    expect(page.get_by_label("Mail addresses")).to_have_value(
        "audit@harbour.example, town@harbour.example"
    )
    page.locator("summary", has_text="Replace the key").click()
    page.get_by_role("dialog").get_by_role("button", name="Replace it").click()
    expect(page.get_by_text("From now on the key")).to_be_visible()
