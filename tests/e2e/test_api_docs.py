"""The page that describes the API lets one try it, under the same strict policy as every page."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from stackroom.testing.browsing import People

pytestmark = pytest.mark.e2e


def test_a_search_is_tried_with_the_sign_in_of_the_browser(people: People) -> None:
    page = people.person("librarian")
    page.goto("/api/docs")
    operation = page.locator("#list_bibs")
    operation.locator("summary").click()
    operation.get_by_label("q in the query").fill("cartographer")
    operation.get_by_role("button", name="Send").click()
    answer = operation.get_by_role("status")
    expect(answer).to_contain_text("200 OK")
    expect(answer).to_contain_text('"total": 1')


def test_what_is_sent_by_hand_is_refused_with_its_reasons(people: People) -> None:
    page = people.person("librarian")
    page.goto("/api/docs")
    operation = page.locator("#create_bib")
    operation.locator("summary").click()
    operation.get_by_label("Body").fill('{"titel": "Emma"}')
    operation.get_by_role("button", name="Send").click()
    expect(operation.get_by_role("status")).to_contain_text("There is no such field")


@pytest.mark.parametrize("slug", ["", "north"])
def test_the_page_has_no_grave_fault_of_accessibility(people: People, slug: str) -> None:
    page = people.visitor(slug)
    page.goto("/api/docs")
    page.locator("#list_bibs summary").click()
    page.locator("#create_loan summary").click()
    for theme in ("Light", "Dark"):
        page.get_by_role("button", name=theme).click()
        page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        found = Axe().run(page).response["violations"]
        assert [f["help"] for f in found if f["impact"] in ("serious", "critical")] == []
