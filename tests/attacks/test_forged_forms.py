"""Another site sends our forms with the visitor's cookies (cross-site request forgery). Every page
that takes one, and the API where a cookie stands behind it; drawn from the app."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from stackroom.core.http import Stackroom
from stackroom.core.permissions import Host
from stackroom.operators.permissions import ENROL
from stackroom.testing.console import Staffed, enter, hire
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import Answer, House, open_house
from stackroom.testing.isolation.asking import (
    Asker,
    Values,
    address,
    body,
    drawn,
    headers,
    own_values,
    role_for,
)
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import changed, snapshot
from stackroom.testing.isolation.ways import Way, all_ways, ways_of_support
from stackroom.testing.visitor import Visitor, on_platform, visit

ELSEWHERE = ("https://evil.example", "http://harbour.{domain}", "https://{host}", "null")
"""Another site, a sibling organisation, our own host but not our own page, a sandboxed frame."""
TRAIL = {"audit_entries", "audit_transactions", "audit_unsealed", "webhook_queue"}
"""There stands what support was refused."""
TOO_OLD, FOREIGN = "form is too old", "A page of another site"


@dataclass(slots=True)
class Target:
    """A form, and a visitor who is signed in and may send it."""

    way: Way
    values: Values
    visitor: Visitor

    def send(self, token: str = "", **more: str) -> Answer:
        """As the pages of this visitor would, with `token` and with further headers."""
        sent: dict[str, Any] = body(self.way, self.values)
        if "data" in sent:
            sent["data"] = {**sent["data"], "csrf_token": token}
        else:
            more["X-CSRFToken"] = token
        path = address(self.way, self.values)
        return self.visitor.request(self.way.method, path, headers=headers(self.way) | more, **sent)


@pytest.fixture(scope="module")
def house(app: Stackroom) -> House:
    found = open_house(app, "north")
    furnish_every_table(found)
    return found


@pytest.fixture(scope="module")
def targets(app: Stackroom, house: House) -> list[Target]:
    mia = hire(app)
    return [*of_the_house(house, mia), *of_other_hosts(house, mia)]


def of_the_house(house: House, mia: Staffed) -> Iterator[Target]:
    """Signed in by cookie, each as somebody who may: the API too, for our own pages call it so."""
    asker = Asker(house)
    visitors: dict[str, Visitor] = {}
    for way in (*drawn(house), *ways_of_support(house.app)):
        if not way.writes or not way.access.asks_who:
            continue
        wanted = way.access.permission
        if way.is_api and wanted is None:
            continue  # a credential in the body is its own proof
        role = role_for(way) if wanted is None or wanted.roles else "support"
        if role not in visitors:
            visitors[role] = enter(mia, house) if role == "support" else visit(house, role)
            visitors[role].get("/", follow_redirects=True)
        values = own_values(house, way)
        yield Target(way, values | asker.revision(way, values), visitors[role])


def of_other_hosts(house: House, mia: Staffed) -> Iterator[Target]:
    """The platform's, where nobody signs in, and the console's, where some forms are for those who
    have no second factor yet."""
    platform, inside = on_platform(house.app), mia.signed_in()
    new = hire(house.app, "Nia Holt", enrolled=False).signed_in(proven=False)
    for visitor, page in ((platform, "/sign-up"), (inside, "/console"), (new, "/console")):
        visitor.get(page, follow_redirects=True)
    for way in all_ways(house.app):
        if not way.writes or way.is_api or way.access.host.covers(Host.ORGANISATION):
            continue
        ids: Values = {("path", name): str(house.tenant.uuid) for name in way.rule.arguments}
        on_console = new if way.access.permission == ENROL else inside
        yield Target(way, ids, platform if way.access.host is Host.PLATFORM else on_console)


def refusal(answer: Answer, why: str) -> str:
    """Empty where the form was refused for that reason."""
    refused = answer.status_code == 400 and why in answer.text
    return "" if refused else f"{answer.status_code} {answer.text[:200]}"


def stranger_on(host: str, app: Stackroom) -> str:
    """A token that was given to another browser on the same host."""
    other = Visitor(app.test_client(), host)
    other.get("/console/sign-in" if host == app.settings.console else "/", follow_redirects=True)
    if not other.token:
        other.get("/sign-up")
    assert other.token
    return other.token


def test_a_form_without_its_token_does_nothing(
    house: House, targets: list[Target], matrix: Recording
) -> None:
    before = snapshot(house)
    with matrix("forgery", at_least=60) as found:
        for target in targets:
            leak = refusal(target.send(), TOO_OLD)
            found.note(target.way.rule.rule, target.way.method, "no token", leak)
    assert set(changed(before, snapshot(house))) <= TRAIL


def test_a_token_of_another_browser_is_none(
    house: House, targets: list[Target], matrix: Recording
) -> None:
    """The attacker's own, which any page gives them."""
    before = snapshot(house)
    hosts = {target.visitor.host for target in targets}
    theirs = {host: stranger_on(host, house.app) for host in hosts}
    with matrix("forgery", at_least=60) as found:
        for target in targets:
            leak = refusal(target.send(theirs[target.visitor.host]), TOO_OLD)
            found.note(target.way.rule.rule, target.way.method, "another browser's token", leak)
    assert set(changed(before, snapshot(house))) <= TRAIL


def test_a_page_of_another_site_sends_nothing_even_with_the_token(
    house: House, targets: list[Target], matrix: Recording
) -> None:
    before = snapshot(house)
    with matrix("forgery", at_least=240) as found:
        for target in targets:
            for origin in ELSEWHERE:
                host = target.visitor.host
                sent = origin.format(domain=house.app.settings.base_domain, host=host)
                leak = refusal(target.send(target.visitor.token, Origin=sent), FOREIGN)
                found.note(target.way.rule.rule, target.way.method, f"sent by {origin}", leak)
    assert set(changed(before, snapshot(house))) <= TRAIL


def test_our_own_page_is_heard(targets: list[Target], matrix: Recording) -> None:
    """The refusals above prove nothing if no form is ever right. Last: it changes what it can, and
    whoever signs out by it, is out."""
    with matrix("forgery", at_least=60) as found:
        for target in sorted(targets, key=lambda each: "sign-out" in each.way.rule.rule):
            answer = target.send(target.visitor.token, Origin=f"http://{target.visitor.host}")
            forged = any(why in answer.text for why in (TOO_OLD, FOREIGN))
            told = f"{answer.status_code} {answer.text[:200]}" if forged else ""
            found.note(target.way.rule.rule, target.way.method, "our own page", told)
