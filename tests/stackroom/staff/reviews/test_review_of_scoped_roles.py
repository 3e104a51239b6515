"""Roles at one library, for a while, of one's own making: a line says which, and what changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.libraries.service import main_library
from stackroom.staff.models import RoleGrant
from stackroom.testing.reviews import PATH, Campaign


@pytest.fixture
def lent(campaign: Campaign) -> Campaign:
    """Carl is a librarian at the main library, for a month."""
    campaign.person("carl", "auditor")
    with campaign.house.work("admin"):
        grant = RoleGrant(
            account_id=campaign.house.account("carl").id, role="librarian",
            library_id=main_library().id, until=clock.now() + timedelta(days=30),
        )  # fmt: skip
        db.session.add(grant)
    return campaign


def extend(campaign: Campaign, days: int) -> None:
    with campaign.house.work("admin"):
        mine = sa.select(RoleGrant).where(
            RoleGrant.role == "librarian", RoleGrant.until.is_not(None)
        )
        db.session.scalars(mine).one().until = clock.now() + timedelta(days=days)


def test_a_line_says_where_and_until_when(lent: Campaign) -> None:
    lent.start()
    line = lent.lines()["carl librarian"]
    with lent.house.work("admin"):
        assert line["library"] == main_library().name
    until = datetime.fromisoformat(line["until"])
    assert timedelta(days=29) < until - datetime.now(UTC) < timedelta(days=31)
    whole = lent.lines()["librarian librarian"]
    assert line["permissions"] < whole["permissions"]


def test_a_role_that_was_extended_is_not_what_was_asked_about(lent: Campaign) -> None:
    lent.start()
    extend(lent, 60)
    assert lent.lines()["carl librarian"]["standing"] == "changed"
    answer = lent.decide("carl librarian", "withdrawn")
    assert (answer.status_code, answer.json["code"]) == (409, "grant_changed")
    lent.come_round(clock.now() + timedelta(days=8))
    assert lent.states()["carl librarian"] == "changed"
    assert "librarian" in lent.roles("carl")


def test_a_role_that_ran_out_is_gone(lent: Campaign) -> None:
    lent.start(due_on=lent.day(40).isoformat())
    lent.come_round(clock.now() + timedelta(days=42))
    assert lent.states()["carl librarian"] == "gone"


def test_one_of_two_grants_of_a_role_is_withdrawn_alone(lent: Campaign) -> None:
    staff = f"/api/v1/staff/{lent.account_id('carl')}"
    with lent.house.work("admin"):
        place = str(main_library().id)
    grants = [{"role": "librarian"}, {"role": "librarian", "library_id": place}]
    assert lent.api().patch(staff, json={"grants": grants}).status_code == 200
    lent.start()
    page = lent.api().get(f"{lent.path}/lines?account_id={lent.account_id('carl')}").json
    at_place = next(line for line in page["items"] if line["library"])
    path = f"{lent.path}/lines/{at_place['id']}"
    assert lent.api().patch(path, json={"decision": "withdrawn"}).status_code == 200
    left = lent.api().get(f"{lent.path}/lines?state=open&account_id={at_place['account_id']}").json
    assert [(line["library"], line["standing"]) for line in left["items"]] == [("", "same")]
    assert lent.roles("carl") == ("librarian",)


def made_role(campaign: Campaign, *permissions: str) -> dict[str, Any]:
    body = {"name": "Reviewer", "sentence": "Reviews access", "permissions": list(permissions)}
    answer = campaign.api().post("/api/v1/roles", json=body)
    assert answer.status_code == 201, answer.text
    role: dict[str, Any] = answer.json
    return role


def test_a_role_of_ones_own_making_is_reviewed_and_reviews(campaign: Campaign) -> None:
    role = made_role(campaign, "reviews.read", "reviews.decide", "staff.read")
    campaign.person("dora", role["key"])
    dora = campaign.account_id("dora")
    campaign.start(reviewers=[dora, campaign.account_id("berta")])
    line = campaign.lines()[f"dora {role['key']}"]
    assert (line["title"], line["permissions"]) == ("Reviewer", 4)  # one's own account, too
    assert campaign.decide("auditor auditor", "confirmed", by="dora").status_code == 200


def test_nobody_withdraws_a_role_that_may_more_than_they(campaign: Campaign) -> None:
    role = made_role(campaign, "reviews.read", "reviews.decide")
    campaign.person("dora", role["key"])
    campaign.start(reviewers=[campaign.account_id(who) for who in ("dora", "admin")])
    answer = campaign.decide("berta admin", "withdrawn", by="dora")
    assert (answer.status_code, answer.json["code"]) == (403, "grant_beyond_own")
    assert campaign.states()["berta admin"] == "open"
    assert campaign.roles("berta") == ("admin",)


def test_a_manager_reviews_where_they_are_asked(campaign: Campaign) -> None:
    campaign.person("mona", "manager")
    campaign.start(reviewers=[campaign.account_id(who) for who in ("mona", "admin")])
    assert campaign.decide("librarian librarian", "confirmed", by="mona").status_code == 200
    body = {"name": "Mine", "due_on": campaign.day(7).isoformat()}
    assert campaign.api("mona").post(PATH, json=body).status_code == 403
