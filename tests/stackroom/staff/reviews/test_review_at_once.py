"""Two who act at the same moment, and three hundred people."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

from sqlalchemy import event

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.staff.models import Account, RoleGrant
from stackroom.testing.reviews import Campaign

EDGE = re.compile(r"BEGIN|SELECT set_config|SELECT organisations")
"""Beginning, naming the organisation; and finding it, which is remembered for two seconds."""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Each in its own thread, all let go together."""
    start = Barrier(len(calls))

    def go(call: Callable[[], Any]) -> Any:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))


def deciding(campaign: Campaign, by: str, line: str, decision: str) -> Callable[[], Any]:
    """Signed in beforehand, so that nothing but the decision is raced."""
    api, path = campaign.api(by), f"{campaign.path}/lines/{campaign.lines()[line]['id']}"
    return lambda: api.patch(path, json={"decision": decision})


def test_two_reviewers_withdraw_once(campaign: Campaign) -> None:
    campaign.start()
    calls = [
        deciding(campaign, by, "librarian librarian", "withdrawn") for by in ("admin", "berta")
    ]
    assert [answer.status_code for answer in at_once(*calls)] == [200, 200]
    assert len(campaign.told("access_review.decided")) == 1
    assert campaign.roles("librarian") == ()


def test_of_two_who_disagree_the_withdrawal_holds(campaign: Campaign) -> None:
    """Whoever comes first: the role is gone, and the trail tells who decided what."""
    campaign.start()
    confirmed, withdrawn = at_once(
        deciding(campaign, "admin", "librarian librarian", "confirmed"),
        deciding(campaign, "berta", "librarian librarian", "withdrawn"),
    )
    assert withdrawn.status_code == 200
    assert confirmed.status_code == 200 or confirmed.json["code"] == "already_withdrawn"
    assert campaign.states()["librarian librarian"] == "withdrawn"
    assert campaign.roles("librarian") == ()


def test_two_admins_who_withdraw_each_other_leave_one(campaign: Campaign) -> None:
    campaign.start()
    answers = at_once(
        deciding(campaign, "admin", "berta admin", "withdrawn"),
        deciding(campaign, "berta", "admin admin", "withdrawn"),
    )
    assert min(answer.status_code for answer in answers) == 200
    assert sorted([campaign.roles("admin"), campaign.roles("berta")]) == [(), ("admin",)]


def test_closing_twice_settles_once(campaign: Campaign) -> None:
    campaign.start()
    by_ada, by_berta = campaign.api("admin"), campaign.api("berta")
    path = f"{campaign.path}/close"
    answers = at_once(lambda: by_ada.post(path), lambda: by_berta.post(path))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert statuses[1] in (403, 409)  # over, or no admin any more
    assert len(campaign.told("access_review.closed")) == 1


def crowd(campaign: Campaign, names: range) -> None:
    slug = campaign.house.tenant.slug
    with campaign.house.work("admin"):
        db.session.add_all(
            Account(
                name=f"Person {number:03}", email=f"p{number}@{slug}.example",
                grants=[RoleGrant(role="librarian"), RoleGrant(role="auditor")],
            )
            for number in names
        )  # fmt: skip


def sent(campaign: Campaign, act: Callable[[], Any]) -> int:
    """How many statements an act sends to the database, beside the edge's own."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not EDGE.match(statement):
            seen.append(statement)

    engine = campaign.house.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_three_hundred_people_cost_no_more_statements_than_ten(campaign: Campaign) -> None:
    api = campaign.api()
    body = {"name": "Spring review", "due_on": campaign.day(7).isoformat()}

    def costs() -> list[int]:
        begun = sent(campaign, lambda: campaign.start(**body))
        paths = (campaign.path, f"{campaign.path}/lines?per_page=100", "/api/v1/access-reviews")
        return [begun, *(sent(campaign, partial(api.get, path)) for path in paths)]

    crowd(campaign, range(100, 110))
    few = costs()
    crowd(campaign, range(110, 400))
    many = costs()
    assert campaign.show()["lines"] == {"open": 604}
    # a version's INSERT takes so many rows at once, and no more
    assert many[0] - few[0] <= 6
    assert many[1:] == few[1:]


def test_the_end_of_six_hundred_roles_takes_seconds(campaign: Campaign) -> None:
    crowd(campaign, range(100, 400))
    campaign.start()
    campaign.decide("admin admin", "confirmed", by="berta")
    began = clock.now()
    campaign.come_round(clock.now() + timedelta(days=8))
    assert clock.now() - began < timedelta(seconds=60)
    assert campaign.show()["lines"]["revoked"] == 603
