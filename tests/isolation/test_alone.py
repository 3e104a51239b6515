"""Two organisations work at random, with the same barcodes and titles. What each then shows must be
what it shows where it has done the same alone."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.testing.house import PASSWORD, House, open_house
from stackroom.testing.isolation.alone import Act, Clerk, replayed, visible

pytestmark = pytest.mark.slow

NAMES = ("north", "harbour")
API = "/api/v1"
who = st.sampled_from(NAMES)
which = st.integers(0, 9)
"""The how manieth of what the house has, counted round."""
barcodes = st.sampled_from(["B1", "B2", "B3"])
cards = st.sampled_from(["P1", "P2", "P3"])
titles = st.sampled_from(["The tides", "Tides of winter", "A winter garden", "Gardens"])


class TwoAtWork(RuleBasedStateMachine):
    """Each rule is one request of one of the two; what is refused is refused alone too."""

    def __init__(self, app: Stackroom) -> None:
        super().__init__()
        self.app = app
        self.clerks = {name: Clerk.of(open_house(app)) for name in NAMES}

    @initialize()
    def begin(self) -> None:
        """So that there is something to lend from the first step on."""
        for name in NAMES:
            self.add_bib(name, "The tides")
            self.add_item(name, 0, "B1")
            self.add_patron(name, "P1")

    def act(self, name: str, method: str, path: str, makes: str = "", /, **body: Any) -> None:
        clerk = self.clerks[name]
        handle = clerk.new(makes) if makes else ""
        clerk.do(Act(method, API + path, tuple(body.items()), handle))

    def one(self, name: str, kind: str, number: int) -> str:
        """A handle in braces; a kind of which there is none names nothing."""
        kept = self.clerks[name].kept(kind)
        nothing = "00000000-0000-7000-8000-000000000000"
        return f"{{{kept[number % len(kept)]}}}" if kept else nothing

    @rule(name=who, title=titles)
    def add_bib(self, name: str, title: str) -> None:
        self.act(name, "POST", "/bibs", "bib", title=title, author="Woolf, Virginia")

    @rule(name=who, number=which, title=titles)
    def change_bib(self, name: str, number: int, title: str) -> None:
        self.act(name, "PATCH", f"/bibs/{self.one(name, 'bib', number)}", title=title)

    @rule(name=who, number=which)
    def delete_bib(self, name: str, number: int) -> None:
        self.act(name, "DELETE", f"/bibs/{self.one(name, 'bib', number)}")

    @rule(name=who, number=which, barcode=barcodes)
    def add_item(self, name: str, number: int, barcode: str) -> None:
        bib = self.one(name, "bib", number)
        self.act(name, "POST", "/items", "item", bib_id=bib, barcode=barcode)

    @rule(name=who, number=which, barcode=barcodes)
    def change_item(self, name: str, number: int, barcode: str) -> None:
        path = f"/items/{self.one(name, 'item', number)}"
        self.act(name, "PATCH", path, barcode=barcode, damaged=True)

    @rule(name=who, number=which)
    def delete_item(self, name: str, number: int) -> None:
        self.act(name, "DELETE", f"/items/{self.one(name, 'item', number)}")

    @rule(name=who, card=cards)
    def add_patron(self, name: str, card: str) -> None:
        self.act(name, "POST", "/patrons", "patron", name=f"Reader {card}", barcode=card)

    @rule(name=who, number=which, category=st.sampled_from(["adult", "child"]))
    def change_patron(self, name: str, number: int, category: str) -> None:
        self.act(name, "PATCH", f"/patrons/{self.one(name, 'patron', number)}", category=category)

    @rule(name=who, number=which)
    def delete_patron(self, name: str, number: int) -> None:
        self.act(name, "DELETE", f"/patrons/{self.one(name, 'patron', number)}")

    @rule(name=who, number=which)
    def block(self, name: str, number: int) -> None:
        path = f"/patrons/{self.one(name, 'patron', number)}/blocks"
        self.act(name, "POST", path, "stop", reason="A lost card")

    @rule(name=who, number=which, stop=which)
    def lift(self, name: str, number: int, stop: int) -> None:
        patron, block = self.one(name, "patron", number), self.one(name, "stop", stop)
        self.act(name, "DELETE", f"/patrons/{patron}/blocks/{block}")

    @rule(name=who, barcode=barcodes, card=cards)
    def lend(self, name: str, barcode: str, card: str) -> None:
        self.act(name, "POST", "/loans", "loan", item_barcode=barcode, patron_barcode=card)

    @rule(name=who, number=which)
    def renew(self, name: str, number: int) -> None:
        loan = self.one(name, "loan", number)
        self.act(name, "POST", f"/loans/{loan}/renewals", dry_run=False)

    @rule(name=who, barcode=barcodes)
    def take_back(self, name: str, barcode: str) -> None:
        self.act(name, "POST", "/returns", item_barcode=barcode)

    @rule(name=who, person=st.sampled_from(["ada", "carl"]))
    def hire(self, name: str, person: str) -> None:
        self.act(
            name, "POST", "/staff", "person", email=person, name=person.title(),
            roles=["librarian"], password=PASSWORD,
        )  # fmt: skip

    @rule(name=who, number=which, active=st.booleans())
    def change_staff(self, name: str, number: int, active: bool) -> None:
        path = f"/staff/{self.one(name, 'person', number)}"
        self.act(name, "PATCH", path, roles=["auditor"], active=active)

    @rule(name=who, words=titles)
    def search(self, name: str, words: str) -> None:
        self.act(name, "GET", f"/bibs?q={words}&sort=title")

    @rule(name=who)
    def suspend_or_resume(self, name: str) -> None:
        clerk = self.clerks[name]
        suspended = clerk.house.tenant.status == "suspended"
        clerk.do(Act("resume" if suspended else "suspend"))

    def teardown(self) -> None:
        for clerk in self.clerks.values():
            together = visible(clerk)
            alone = visible(replayed(clerk, open_house(self.app)))
            different = {path for path in together if together[path] != alone.get(path)}
            assert together.keys() == alone.keys()
            assert not different, [(together[path], alone[path]) for path in different]


def test_what_two_show_together_each_shows_alone(app: Stackroom) -> None:
    with clock.held_at(clock.now()):  # what they show tells minutes and days
        run(app)


def run(app: Stackroom) -> None:
    run_state_machine_as_test(
        lambda: TwoAtWork(app),  # type: ignore[arg-type]
        settings=settings(
            max_examples=8, stateful_step_count=40, derandomize=True, database=None,
            deadline=None, suppress_health_check=list(HealthCheck), print_blob=False,
        ),
    )  # fmt: skip


def test_the_comparison_sees_one_difference(app: Stackroom, north: House) -> None:
    """A copy more, a word changed, a record looked at: it stands in a list or in the audit."""
    clerk = Clerk.of(north)
    clerk.do(Act("POST", f"{API}/bibs", (("title", "The tides"),), "bib 1"))
    seen = visible(clerk)
    other = replayed(clerk, open_house(app))
    assert visible(other) == seen
    other = replayed(clerk, open_house(app))
    other.api.get(f"{API}/audit/entries")
    other.api.patch(f"{API}/bibs/{other.handles['bib 1']}", json={"year": 1931})
    now = visible(other)
    assert {path for path in seen if now.get(path) != seen[path]} > {f"{API}/bibs", "search tides"}
