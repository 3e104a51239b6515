"""What holds for every page, whoever opens it. The watch in `people` is part of each test: no
word in the console, no broken policy, no other host, no missing file."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from stackroom.core.http import Stackroom
from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.furnish import GROUP
from stackroom.testing.inviting import invitation_token
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e

PAGES = {
    "platform": "/ /sign-up /sign-up/check-mail /verify /dev/mail /nowhere",
    "visitor": """
        /sign-in /sign-in/callback /forgot-password /reset-password?token=old /dev/mail /catalogue
        /catalogue?q=nothing+like+this /catalogue/{bib} /catalogue/{bib}/marc
        /invitations/accept /invitations/accept?token={invitation}
    """,
    "admin": """
        /start /staff /staff/new /staff/{account} /staff/{account}?permission=loans.write
        /staff/roles /staff/roles/new?from=circulation /staff/roles/{role} /staff/matrix
        /organisation /organisation/usage
        /organisation/closing /organisation/security /account /account/security /account/confirm
        /audit /audit/{entry} /audit/retention /domains /exports
        /audit/records/{kind}/{bib}/as-of /audit/records/{kind}/{bib}/compare
        /audit/records/{kind}/{bib}/restore /audit/records/{kind}/{edited}/restore?version={version}
        /audit/batches /audit/batches?q=nothing+like+this /audit/batches/{batch}
        /audit/batches/{batch}/undo /audit/undos/{undo}
        /audit/{entry}/reveal /audit/patrons /patrons/{patron}/erase
        /audit/seals /audit/seals/checkpoints/{checkpoint} /audit/seals/proofs/{entry}
        /audit/seals/checks/{check} /audit/seals/settings
        /support-access /support-access/new /organisation/api-keys /organisation/api-keys/new
        /organisation/api-keys/{key} /organisation/service-accounts
        /organisation/service-accounts/new /organisation/service-accounts/{service}
        /organisation/directory /organisation/directory/groups/{group}
        /organisation/sign-in /organisation/sign-in/new /organisation/sign-in/{provider}
        /organisation/sign-in/people
        /staff/invitations /staff/invitations/new /staff/invitations?q=nothing+like+this
        /staff/invitations/bulk /staff/reviews /staff/reviews/new /staff/reviews/{review}
        /staff/reviews/{review}/report
        /audit/exports /audit/exports/new?q=north /audit/webhooks /audit/webhooks/new
        /audit/webhooks/{webhook} /audit/webhooks/{webhook}/edit
        /audit/webhooks/{webhook}/deliveries/{delivery}
    """,
    "librarian": """
        /start /desk /catalogue /catalogue/new /catalogue/{bib} /catalogue/{bib}/edit
        /catalogue/{bib}/marc/edit /catalogue/{bib}/copies/new /catalogue/{bib}/copies/{item}
        /imports /imports/{import} /loans /loans?status=closed /patrons /patrons/new
        /patrons/{patron} /patrons/{patron}/edit /patrons/{patron}/blocks/new
        /patrons/{patron}/sign-in /staff
    """,
    "auditor": """
        /start /audit /audit/exports /audit/retention /organisation /organisation/security
        /organisation/usage /audit/seals
        /staff /domains /organisation/api-keys /organisation/api-keys/{key} /organisation/sign-in
        /audit/batches /audit/batches/{batch} /audit/undos/{undo} /audit/records/{kind}/{bib}/as-of
        /audit/{entry}/act /audit/records/{kind}/{bib} /audit/live /audit/searches
        /audit/searches/new?action=bib.deleted /audit/searches/{search}
        /staff/invitations /staff/reviews/{review} /staff/{account} /staff/roles/{role}
        /audit/reports /audit/reports/runs /audit/reports/new/{control}
        /audit/reports/new/{hours} /audit/reports/runs/{report}
        /audit/reports/runs/{report}/findings/{finding} /audit/reports/runs/{report}/sign-off
        /audit/reports/samples /audit/reports/samples/new /audit/reports/samples/{sample}
    """,
    "patron": "/start /me/loans",
    "console": "/console/sign-in",
    "operator": """
        /console/organisations /console/organisations?q=nothing+like+this
        /console/organisations/{organisation} /console/organisations/{organisation}/plan
        /console/jobs /console/errors /console/acts
    """,
}
TOUR = [(who, path) for who, paths in PAGES.items() for path in paths.split()]
VISITED = {"platform": "", "visitor": "north", "console": "console"}
every_page = pytest.mark.parametrize(("who", "path"), TOUR)
BROKEN = b"00050nam a2200037 a 4500this directory is no directory\x1e\x1d"


@pytest.fixture(scope="module")
def ids(site: Served) -> Iterator[dict[str, str]]:  # noqa: PLR0915 - a statement a record
    """One record of each kind, at north. The provider goes again: it changes how people sign in."""
    headers = site.sign_in("north", "admin@north.example", PASSWORD)

    def first(path: str) -> str:
        items = site.request("GET", f"/api/v1{path}", "north", headers=headers).json()["items"]
        return str(items[0]["id"])

    def add(path: str, **options: object) -> str:
        answer = site.request("POST", f"/api/v1{path}", "north", headers=headers, **options)
        return str(answer.json().get("id"))

    def check() -> str:
        """Of the seals, once something is sealed."""
        add("/audit/checkpoints")
        while not site.request("GET", "/api/v1/audit/seals", "north", headers=headers).json()[
            "checkpoint"
        ]:
            pass
        return add("/audit/seal-checks")

    def invitation() -> str:
        """The token of its mail."""
        address = f"tour-{secrets.token_hex(3)}@north.example"
        add("/invitations", json={"email": address, "roles": ["librarian", "auditor"]})
        return invitation_token(site, "north", address)

    def report() -> str:
        """With the role that was just made as a finding, and a note."""
        now = datetime.now(UTC)
        span = {"since": f"{now:%Y-%m-01}", "until": f"{now + timedelta(days=1):%Y-%m-%d}"}
        run = add("/audit/reports/runs", json={"control": "staff.role_changes", **span})
        add(f"/audit/reports/runs/{run}/notes", json={"text": "Seen on the tour."})
        return run

    def imported() -> str:
        """Of one title, once the worker has brought it in."""
        made = add("/imports", files={"file": ("tour.csv", b"title\nA tour of the stacks\n")})
        until(lambda: ask(f"/imports/{made}")["status"] == "succeeded")
        return made

    def ask(path: str) -> dict[str, Any]:
        found: dict[str, Any] = site.request(
            "GET", f"/api/v1{path}", "north", headers=headers
        ).json()
        return found

    def edited() -> str:
        """A title that has another version to go back to."""
        made = add("/bibs", json={"title": f"Tour {card}"})
        path = f"/api/v1/bibs/{made}"
        site.request("PATCH", path, "north", headers=headers, json={"title": "Another"})
        return made

    card = f"T-{secrets.token_hex(3)}"
    patron = {"name": "Tour Guest", "category": "adult", "barcode": card, "note": "Likes maps."}
    provider = {"name": "Town", "issuer": "https://login.north.example", "client_id": "stackroom"}
    role = {"name": f"Tour {card}", "sentence": "Shows guests around", "permissions": ["bibs.read"]}
    bib = first("/bibs?q=cartographer")
    service = add("/service-accounts", json={"name": f"Website {card}"})
    hook = {"name": f"SIEM {card}", "url": "https://localhost:9/in", "actions": ["none."]}
    webhook = add("/audit/webhooks", json=hook)
    group = {"schemas": [GROUP], "displayName": f"Desk {card}"}
    key = {"name": "Live", "service_account_id": service, "permissions": ["bibs.read"]}
    me = site.request("GET", "/api/v1/me", "north", headers=headers).json()
    batch, changed = imported(), edited()
    auditor = site.sign_in("north", "auditor@north.example", PASSWORD)
    search = {"name": f"Deleted {card}", "asks": {"action": "bib.deleted"}}
    made = {
        "batch": batch,
        "edited": changed,
        "undo": add(f"/audit/batches/{batch}/undo", json={"reason": "For the tour."}),
        "version": ask(f"/audit/entries?action=bib.created&subject_id={changed}")["items"][0][
            "id"
        ].partition("-")[0],
        "kind": "bib",
        "search": site.request(
            "POST", "/api/v1/audit/searches", "north", headers=auditor, json=search
        ).json()["id"],
        "organisation": me["organisation"]["id"],
        "bib": bib,
        "item": first(f"/items?bib_id={bib}"),
        "account": first("/staff"),
        "role": add("/roles", json=role),
        "entry": first("/audit/entries"),
        "check": check(),
        "invitation": invitation(),
        "patron": add("/patrons", json=patron),
        "group": site.request(
            "POST", "/api/scim/v2/Groups", "north", headers=headers, json=group
        ).json()["id"],
        "key": add("/api-keys", json=key),
        "service": service,
        "provider": add("/sso/providers", json=provider),
        "webhook": webhook,
        "delivery": add(f"/audit/webhooks/{webhook}/tests"),
        "review": add("/access-reviews", json={"name": "Tour", "due_on": "2099-03-31"}),
        "report": report(),
        "checkpoint": "1",
        "finding": "1",
        "control": "circulation.overrides",
        "hours": "staff.out_of_hours",
        "sample": add("/audit/reports/samples", json={"size": 3}),
        "import": add("/imports", files={"file": ("broken.mrc", BROKEN)}),
    }
    yield made
    headers = site.sign_in("north", "admin@north.example", PASSWORD)
    path = f"/api/v1/sso/providers/{made['provider']}"
    assert site.request("DELETE", path, "north", headers=headers).status_code == 204


def until(holds: Callable[[], bool]) -> None:
    """Asked again and again, for as long as a worker may take."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline


def enter(people: People, who: str) -> Page:
    if who in VISITED:
        return people.visitor(VISITED[who])
    if who == "operator":
        return people.operator()
    return people.person(who)


@every_page
def test_a_page_is_in_order(people: People, ids: dict[str, str], who: str, path: str) -> None:
    """Opened once, for a page costs a second and there are many of them."""
    page = enter(people, who)
    page.goto(path.format(**ids))
    names_itself_and_lets_the_keyboard_skip_to_the_content(page)
    assert grave_faults(page) == []
    nothing_runs_over_the_edge_of_a_telephone(page)


def names_itself_and_lets_the_keyboard_skip_to_the_content(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page).to_have_title(re.compile(r"^\S.* · (Stackroom|North Library)$"))
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def nothing_runs_over_the_edge_of_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, page.evaluate(
        "[...document.querySelectorAll('body *')]"
        ".filter(each => each.getBoundingClientRect().right > 361)"
        ".map(each => each.outerHTML.slice(0, 120))"
    )


def test_the_tour_visits_every_page(app: Stackroom) -> None:
    """A page that is added later is added here, too."""
    seen = {re.sub(r"\{.*?\}", "<>", path.partition("?")[0]) for _, path in TOUR}
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    pages = {re.sub("<.*?>", "<>", rule.rule) for rule in rules}
    no_pages = re.compile(
        r"/(api/|static/|socket\.io/|healthz|readyz|metrics|service-worker|exports/<>/file"
        r"|staff/reviews/<>/report\.|audit/retention/archives/<>/file"
        r"|audit/reports/runs/<>/file|audit/reports/samples/<>/evidence"
        r"|audit/reports/runs/<>/sign-offs/<>/document"
        r"|audit/undos/<>/lines\.csv|audit/exports/<>/file|audit/seals/(evidence|proofs)/<>/file"
        r"|audit/seals/verify\.py|\.well-known/)"
    )
    seen |= {"/console/second-factor", "/support", "/support/enter"}  # opened in test_console.py
    seen |= {"/sign-in/factor", "/account/security/app"}  # opened in test_passkeys.py
    seen |= {"/sign-in/with/<>", "/organisation/sign-in/<>/try"}  # opened in test_sso.py
    assert {page for page in pages if not no_pages.match(page)} - seen == set()
