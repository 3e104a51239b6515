"""On its date a review settles what nobody answered; or it ends early, or is called off."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.testing.house import open_house
from stackroom.testing.reviews import Campaign


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def in_days(days: float) -> datetime:
    return clock.now() + timedelta(days=days)


def test_the_date_brings_the_end_where_the_organisation_is(app: Stackroom) -> None:
    house = Campaign(open_house(app, "island", timezone="Pacific/Kiritimati"))
    with clock.held_at(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        house.start(due_on="2026-03-10")
    house.come_round(datetime(2026, 3, 10, 9, 59, tzinfo=UTC))
    assert house.show()["state"] == "open"
    house.come_round(datetime(2026, 3, 10, 10, tzinfo=UTC))
    shown = house.show()
    assert (shown["state"], shown["ended_by"]) == ("closed", "Stackroom")
    assert shown["ended_at"] == "2026-03-10T10:00:00Z"


def test_what_nobody_answered_is_withdrawn(campaign: Campaign) -> None:
    campaign.start()
    campaign.decide("auditor auditor", "confirmed")
    campaign.decide("admin admin", "confirmed", by="berta")
    campaign.come_round(in_days(8))
    assert campaign.states() == {
        "admin admin": "confirmed", "auditor auditor": "confirmed",
        "berta admin": "revoked", "librarian librarian": "revoked",
    }  # fmt: skip
    assert (campaign.roles("librarian"), campaign.roles("auditor")) == ((), ("auditor",))


def test_or_kept_where_that_was_chosen(campaign: Campaign) -> None:
    campaign.start(unanswered="keep")
    campaign.come_round(in_days(8))
    assert set(campaign.states().values()) == {"kept"}
    assert campaign.roles("librarian") == ("librarian",)


def test_the_date_may_come_twice(campaign: Campaign) -> None:
    campaign.start()
    campaign.come_round(in_days(8))
    before = campaign.lines()
    campaign.come_round(in_days(9))
    assert campaign.lines() == before
    assert len(campaign.told("access_review.closed")) == 1


def test_the_admin_who_was_here_last_stays_as_the_last(campaign: Campaign) -> None:
    campaign.api("berta")  # signs in
    with clock.held_at(in_days(-2)):
        campaign.api("admin")
    body = {"name": "Spring review", "due_on": campaign.day(7).isoformat()}
    started = campaign.api("berta").post("/api/v1/access-reviews", json=body)
    campaign.id = started.json["id"]
    campaign.come_round(in_days(8))
    assert campaign.roles("berta") == ("admin",)
    assert campaign.roles("admin") == ()
    (kept,) = [
        each for each in campaign.told("access_review.settled") if each["after"] == "last_admin"
    ]
    assert (kept["person"], kept["before"]) == ("Berta", "open")


def test_the_last_admin_keeps_the_role_and_loses_the_others(campaign: Campaign) -> None:
    dora = campaign.person("dora", "admin", "librarian")
    for who in ("admin", "berta"):
        campaign.api("dora").delete(f"/api/v1/staff/{campaign.account_id(who)}")
    body = {"name": "Spring review", "due_on": campaign.day(7).isoformat()}
    started = campaign.api("dora").post("/api/v1/access-reviews", json=body)
    campaign.id = started.json["id"]
    campaign.come_round(in_days(8))
    lines = campaign.api("dora").get(f"{campaign.path}/lines?account_id={dora}").json["items"]
    assert {line["role"]: line["state"] for line in lines} == {
        "admin": "last_admin", "librarian": "revoked",
    }  # fmt: skip


def test_idle_accounts_are_closed_where_that_was_chosen(campaign: Campaign) -> None:
    campaign.person("carl", "librarian", since_days=91)
    campaign.person("dora", "librarian", since_days=91)
    campaign.person("emil", "librarian", since_days=20)
    campaign.start(unanswered="keep", close_idle=True, idle_days=90)
    campaign.decide("dora librarian", "confirmed")
    campaign.come_round(in_days(8))
    states = campaign.states()
    assert states["carl librarian"] == "account_closed"
    assert states["dora librarian"] == "confirmed"
    assert states["emil librarian"] == "kept"
    staff = campaign.api("auditor").get("/api/v1/staff?per_page=100").json["items"]
    assert [each["name"] for each in staff if not each["active"]] == ["Carl"]


def test_whoever_signs_in_meanwhile_is_not_idle(campaign: Campaign) -> None:
    campaign.person("carl", "librarian", since_days=91)
    campaign.start(unanswered="keep", close_idle=True, idle_days=90)
    with clock.held_at(in_days(3)):
        campaign.api("carl")
    campaign.come_round(in_days(8))
    assert campaign.states()["carl librarian"] == "kept"


def test_the_last_admin_is_not_closed_however_idle(app: Stackroom) -> None:
    house = Campaign(open_house(app, "quiet"))
    house.start(unanswered="revoke", close_idle=True, idle_days=1)
    house.come_round(in_days(8))
    assert house.states()["admin admin"] == "last_admin"
    assert house.roles("admin") == ("admin",)


def test_what_changed_meanwhile_is_left_alone(campaign: Campaign) -> None:
    campaign.person("carl", "librarian", "auditor")
    campaign.start()
    staff = f"/api/v1/staff/{campaign.account_id('carl')}"
    for roles in (["auditor"], ["auditor", "librarian"]):
        campaign.api().patch(staff, json={"roles": roles})
    campaign.come_round(in_days(8))
    assert campaign.states()["carl librarian"] == "gone"
    assert campaign.states()["carl auditor"] == "revoked"
    assert campaign.roles("carl") == ("librarian",)


def test_it_may_be_closed_early_once(campaign: Campaign) -> None:
    campaign.start()
    campaign.decide("admin admin", "confirmed", by="berta")
    closed = campaign.api().post(f"{campaign.path}/close")
    assert (closed.status_code, closed.json["state"]) == (200, "closed")
    assert closed.json["ended_by"] == "Ada Admin"
    assert closed.json["lines"] == {"confirmed": 1, "revoked": 3}
    refused(campaign.api().post(f"{campaign.path}/close"), 409, "review_over")
    (told,) = campaign.told("access_review.closed")
    assert (told["before"], told["after"]) == ("open", "closed")
    assert told["lines"] == {"confirmed": 1, "revoked": 3}


def test_it_may_be_called_off_and_then_nothing_happens(campaign: Campaign) -> None:
    campaign.start()
    refused(campaign.api().post(f"{campaign.path}/cancel", json={}), 422, "invalid")
    reason = {"reason": "The wrong date."}
    answer = campaign.api().post(f"{campaign.path}/cancel", json=reason)
    assert (answer.json["state"], answer.json["end_reason"]) == ("cancelled", "The wrong date.")
    campaign.come_round(in_days(8))
    assert set(campaign.states().values()) == {"open"}
    assert campaign.roles("librarian") == ("librarian",)
    (told,) = campaign.told("access_review.cancelled")
    assert (told["before"], told["after"], told["why"]) == ("open", "cancelled", "The wrong date.")
    refused(campaign.api().post(f"{campaign.path}/cancel", json=reason), 409, "review_over")


def subjects(campaign: Campaign, start: str) -> list[str]:
    return [who for who, about in campaign.mails() if about.startswith(start)]


def test_reviewers_are_reminded_on_the_chosen_days_once_each(campaign: Campaign) -> None:
    noon = datetime(2026, 3, 1, 10, tzinfo=UTC)
    with clock.held_at(noon):
        campaign.start(due_on="2026-03-20", reminder_days=[7, 1])
    for days in (10, 14, 15, 18.6, 18.7):
        campaign.come_round(noon + timedelta(days=days))
    week, day = campaign.told("access_review.reminded")
    assert (week["lines"], week["before"], week["after"]) == (4, None, 7)
    assert (day["before"], day["after"]) == (7, 1)
    reminded = subjects(campaign, "4 roles are still to be reviewed")
    assert reminded == ["admin", "admin", "berta", "berta"]


def test_a_reminder_that_the_start_made_needless_is_left_out(campaign: Campaign) -> None:
    campaign.start(due_on=campaign.day(3).isoformat(), reminder_days=[7, 1])
    campaign.come_round()
    assert campaign.told("access_review.reminded") == []


def test_nobody_is_reminded_of_what_is_answered(campaign: Campaign) -> None:
    campaign.start(about="role", role="auditor", due_on=campaign.day(20).isoformat())
    campaign.decide("auditor auditor", "confirmed")
    campaign.come_round(in_days(19))
    assert campaign.told("access_review.reminded") == []


def test_the_result_is_mailed_to_the_reviewers(campaign: Campaign) -> None:
    campaign.start(unanswered="keep")
    campaign.come_round(in_days(8))
    assert subjects(campaign, "The review “Spring review”") == ["admin", "berta"]


def test_a_mail_that_is_not_true_any_more_is_not_sent(campaign: Campaign) -> None:
    campaign.start()
    campaign.api().post(f"{campaign.path}/cancel", json={"reason": "The wrong date."})
    assert campaign.mails() == []


@pytest.mark.parametrize("unanswered", ["revoke", "keep"])
def test_the_mail_says_what_happens_and_leads_to_the_review(
    campaign: Campaign, unanswered: str
) -> None:
    campaign.start(unanswered=unanswered)
    text = campaign.letter("berta")
    fate = {"revoke": "withdrawn", "keep": "kept"}[unanswered]
    assert f"is {fate}." in text.replace("\n", " ")
    origin = campaign.house.app.settings.origin(campaign.house.tenant.host)
    assert f"{origin}/staff/reviews/{campaign.id}" in text
