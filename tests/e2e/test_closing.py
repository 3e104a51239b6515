"""An organisation closes, everybody is told, and an admin undoes it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.serving import Served, served

pytestmark = pytest.mark.e2e
EDGE = 360


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site of its own: the other tests change what stands in theirs meanwhile."""
    with served("run", tmp_path_factory.mktemp("ending"), rate_limits="false") as running:
        yield running


@pytest.fixture
def townsfolk(browser: Browser, ending: Served) -> Iterator[People]:
    signed_in: dict[str, Any] = {}
    made = People(browser, ending, signed_in)
    yield made
    made.leave()
    assert made.faults == []


def test_closing_a_banner_for_everybody_and_undoing_it(townsfolk: People) -> None:
    admin, librarian = townsfolk.person("admin"), townsfolk.person("librarian")
    admin.goto("/organisation")
    admin.get_by_role("link", name="Close this organisation").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Close this organisation")
    admin.get_by_label("Reason").fill("The town has decided so.")
    admin.get_by_label("Type north to confirm").fill("harbour")
    admin.get_by_label("Your password").fill(PASSWORD)
    admin.get_by_role("button", name="Close this organisation").click()
    expect(admin.get_by_text("Type north to confirm.").first).to_be_visible()
    admin.get_by_label("Type north to confirm").fill("north")
    admin.get_by_label("Your password").fill(PASSWORD)
    admin.get_by_role("button", name="Close this organisation").click()

    expect(admin.get_by_role("heading", level=1)).to_have_text("This organisation is closing")
    expect(admin.get_by_text("30 days left")).to_be_visible()
    expect(admin.get_by_role("link", name="Download")).to_be_visible(timeout=30_000)
    assert grave_faults(admin) == []
    assert fits_a_telephone(admin)

    librarian.goto("/catalogue/new")
    banner = librarian.get_by_text("The organisation is closing")
    expect(banner).to_contain_text("The town has decided so.")
    librarian.get_by_label("Title").fill("Too late")
    librarian.get_by_role("button", name="Save").click()
    expect(librarian.get_by_role("heading", level=1)).to_have_text("This organisation is closing")

    stranger = townsfolk.visitor("north")
    stranger.goto("/catalogue")
    expect(stranger.get_by_role("link", name="The lighthouse keeper's almanac")).to_be_visible()
    expect(stranger.get_by_text("is closing")).to_have_count(0)

    admin.get_by_role("button", name="Undo the closing").click()
    expect(admin.get_by_text("nothing was deleted")).to_be_visible()
    librarian.goto("/start")
    expect(banner).to_have_count(0)


def fits_a_telephone(page: Page) -> bool:
    page.set_viewport_size({"width": EDGE, "height": 740})
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width <= EDGE
