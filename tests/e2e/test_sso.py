"""An admin sets single sign-on up and tries it; a librarian comes in by it, a stranger does not."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    identity_provider,
)
from stackroom.testing.name_server import NameServer
from stackroom.testing.serving import Served
from stackroom.testing.sso import knows

pytestmark = pytest.mark.e2e


@pytest.fixture
def idp() -> Iterator[IdentityProvider]:
    with identity_provider() as serving:
        yield serving


@pytest.fixture
def own_domain(site: Served, dns: NameServer) -> Iterator[None]:
    """north.example is proved, and given back: others count the domains."""
    headers = site.sign_in("north", "admin@north.example", PASSWORD)

    def ask(method: str, path: str, **options: object) -> dict[str, object]:
        path = f"/api/v1/domains{path}"
        answer = site.request(method, path, "north", headers=headers, **options)
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    domain = ask("POST", "", json={"host": "north.example"})
    dns.prove(dict(domain["record"]))  # type: ignore[call-overload]
    assert ask("POST", f"/{domain['id']}/checks")["status"] == "verified"
    yield
    ask("DELETE", f"/{domain['id']}")


@pytest.mark.usefixtures("own_domain")
def test_single_sign_on_is_set_up_tried_and_used(people: People, idp: IdentityProvider) -> None:
    people.beyond.add(idp.issuer)
    knows(idp, "lena", "librarian@north.example", name="Lena Lind")
    knows(idp, "olaf", "olaf@elsewhere.example")
    page = people.person("admin")
    page.goto("/start")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Single sign-on").click()
    expect(page.get_by_text("No provider yet")).to_be_visible()
    page.get_by_role("link", name="Add a provider").first.click()
    fill_in(page, idp)
    expect(page.get_by_role("status").first).to_contain_text("is kept")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("Passed")).to_have_count(3)
    assert grave_faults(page) == []

    page.get_by_role("link", name="Try signing in").click()
    say_who(page, "lena")
    expect(page.get_by_text("This sign-in would succeed.")).to_be_visible()
    expect(page.get_by_text("it would be linked")).to_be_visible()
    assert grave_faults(page) == []

    lena = people.visitor("north")
    lena.goto("/sign-in?next=/patrons")
    lena.get_by_role("link", name="Sign in with Town account").click()
    say_who(lena, "lena")
    expect(lena.get_by_role("heading", level=1)).to_have_text("Patrons")

    olaf = people.visitor("north")
    olaf.goto("/sign-in")
    olaf.get_by_role("link", name="Sign in with Town account").press("Enter")
    say_who(olaf, "olaf")
    expect(olaf.get_by_role("heading", level=1)).to_have_text("Single sign-on did not let you in")
    expect(olaf.get_by_text("sso_domain_not_proved")).to_be_visible()
    assert grave_faults(olaf) == []
    olaf.get_by_role("link", name="Back to the sign-in page").click()
    expect(olaf.get_by_label("Password")).to_be_visible()

    page.goto("/organisation/sign-in")
    page.get_by_role("link", name="Change or test").click()
    page.locator("summary", has_text="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No provider yet")).to_be_visible()


def fill_in(page: Page, idp: IdentityProvider) -> None:
    page.get_by_label("Name").fill("Town account")
    page.get_by_label("Issuer").fill(idp.issuer)
    page.get_by_label("Client id").fill(CLIENT_ID)
    page.get_by_label("Client secret").fill(CLIENT_SECRET)
    page.get_by_label("Switched on").check()
    page.get_by_label("Link to the account").check()
    page.get_by_role("button", name="Add the provider").click()


def say_who(page: Page, subject: str) -> None:
    """On the provider's own page."""
    page.get_by_label("Who are you?").fill(subject)
    page.get_by_role("button", name="Sign in", exact=True).click()
