"""A review takes down who holds which role now, and asks those who are to answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.staff.reviews.service.starting import end_of
from stackroom.testing.house import House, open_house
from stackroom.testing.reviews import PATH, Campaign


def refused(answer: Any, status: int, code: str, field: str = "") -> None:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    if field:
        assert [error["field"] for error in answer.json["errors"]] == [field]


def test_each_role_of_staff_is_a_line_with_what_a_reviewer_needs(campaign: Campaign) -> None:
    campaign.api("librarian")  # signs in
    begun = campaign.start()
    assert begun["lines"] == {"open": 4}
    lines = campaign.lines()
    assert lines.keys() == {"admin admin", "berta admin", "librarian librarian", "auditor auditor"}
    librarian = lines["librarian librarian"]
    assert librarian["permissions"] > 5
    assert librarian["last_sign_in_at"] is not None
    assert librarian["standing"] == "same"
    berta = lines["berta admin"]
    assert (berta["given_by"], berta["last_sign_in_at"]) == ("Ada Admin", None)
    assert berta["given_at"] is not None


def test_patrons_and_closed_accounts_are_not_asked_about(campaign: Campaign) -> None:
    closed = campaign.person("carl", "librarian")
    campaign.api().delete(f"/api/v1/staff/{closed}")
    campaign.start()
    assert not {"carl librarian", "patron patron"} & campaign.lines().keys()


def test_a_review_may_ask_about_one_role_alone(campaign: Campaign) -> None:
    campaign.person("carl", "librarian", "auditor")
    campaign.start(about="role", role="librarian")
    assert campaign.lines().keys() == {"carl librarian", "librarian librarian"}


def test_a_review_may_ask_about_idle_accounts_alone(campaign: Campaign) -> None:
    campaign.person("carl", "librarian", since_days=91)
    campaign.person("dora", "librarian", since_days=89)
    campaign.start(about="idle", idle_days=90)
    assert campaign.lines().keys() == {"carl librarian"}


def test_a_sign_in_that_lasts_is_not_idle(campaign: Campaign) -> None:
    campaign.person("carl", "librarian", since_days=400)
    with clock.held_at(clock.now() - timedelta(days=100)):
        campaign.api("carl")  # for a day
    with clock.held_at(clock.now() - timedelta(hours=2)):
        campaign.api("librarian")
    campaign.start(about="idle", idle_days=90)
    assert campaign.lines().keys() == {"carl librarian"}


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"about": "role"}, "role"),
        ({"about": "role", "role": "no such role"}, "role"),
        ({"about": "idle"}, "idle_days"),
        ({"about": "idle", "idle_days": 3650}, "about"),
        ({"close_idle": True}, "idle_days"),
        ({"reviewers": ["0197c0de-0000-7000-8000-000000000001"]}, "reviewers"),
        ({"reminder_days": [0]}, "reminder_days.0"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_reviewed_is_refused_by_its_field(
    campaign: Campaign, chosen: dict[str, Any], field: str
) -> None:
    body = {"name": "Spring review", "due_on": campaign.day(7).isoformat(), **chosen}
    answer = campaign.api().post(PATH, json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert campaign.api().get(PATH).json["total"] == 0


def test_today_is_too_soon_where_the_organisation_is(app: Stackroom) -> None:
    """At 11 o'clock in UTC, tomorrow has begun on Kiritimati."""
    house = Campaign(open_house(app, "island", timezone="Pacific/Kiritimati"))
    with clock.held_at(datetime(2026, 3, 1, 11, tzinfo=UTC)):
        body = {"name": "Spring review", "due_on": "2026-03-02"}
        refused(house.api().post(PATH, json=body), 422, "invalid", "due_on")
        assert house.start(due_on="2026-03-03")["due_at"] == "2026-03-03T10:00:00Z"


def test_the_last_day_ends_where_the_organisation_is_also_when_the_clocks_change() -> None:
    day = datetime(2026, 3, 29, tzinfo=UTC).date()
    assert end_of(day, "Europe/Helsinki") == datetime(2026, 3, 29, 21, tzinfo=UTC)
    assert end_of(day - timedelta(days=1), "Europe/Helsinki") == datetime(
        2026, 3, 28, 22, tzinfo=UTC
    )


def test_a_lone_reviewer_who_is_asked_about_is_not_enough(campaign: Campaign) -> None:
    ada = campaign.account_id("admin")
    body = {"name": "Spring review", "due_on": campaign.day(7).isoformat(), "reviewers": [ada]}
    refused(campaign.api().post(PATH, json=body), 422, "invalid", "reviewers")
    begun = campaign.start(reviewers=[ada], about="role", role="librarian")
    assert [each["name"] for each in begun["reviewers"]] == ["Ada Admin"]


def test_only_admins_start_close_and_cancel_and_auditors_read(campaign: Campaign) -> None:
    campaign.start()
    line = f"{campaign.path}/lines/{campaign.lines()['auditor auditor']['id']}"
    body = {"name": "Mine", "due_on": campaign.day(7).isoformat()}
    for who in ("auditor", "librarian", "patron"):
        api = campaign.api(who)
        refused(api.post(PATH, json=body), 403, "permission_denied")
        refused(api.post(f"{campaign.path}/close"), 403, "permission_denied")
        refused(
            api.post(f"{campaign.path}/cancel", json={"reason": "So"}), 403, "permission_denied"
        )
        refused(api.patch(line, json={"decision": "confirmed"}), 403, "permission_denied")
        for path in (PATH, campaign.path, f"{campaign.path}/lines"):
            assert api.get(path).status_code == (200 if who == "auditor" else 403)
    assert campaign.house.anonymous().get(PATH).status_code == 401
    assert set(campaign.states().values()) == {"open"}


def test_another_organisation_sees_nothing_of_it(campaign: Campaign, harbour: House) -> None:
    campaign.start()
    line = f"{campaign.path}/lines/{campaign.lines()['auditor auditor']['id']}"
    theirs = harbour.api("admin")
    assert theirs.get(PATH).json["total"] == 0
    for path in (campaign.path, f"{campaign.path}/lines", f"{campaign.path}/report"):
        refused(theirs.get(path), 404, "not_found")
    refused(theirs.post(f"{campaign.path}/close"), 404, "not_found")
    refused(theirs.post(f"{campaign.path}/cancel", json={"reason": "Ours"}), 404, "not_found")
    refused(theirs.patch(line, json={"decision": "withdrawn"}), 404, "not_found")
    ours = campaign.account_id("admin")
    body = {"name": "Ours", "due_on": campaign.day(7).isoformat(), "reviewers": [ours]}
    refused(theirs.post(PATH, json=body), 422, "invalid", "reviewers")
    assert set(campaign.states().values()) == {"open"}


def test_the_start_is_told_in_the_trail_and_by_mail(campaign: Campaign) -> None:
    campaign.start()
    (told,) = campaign.told("access_review.started")
    assert (told["lines"], told["before"], told["after"]) == (4, None, "open")
    subject = f"Please review who may do what at {campaign.house.tenant.name}"
    asked = [who for who, about in campaign.mails() if about == subject]
    assert asked == ["admin", "berta"]


def test_reviews_are_listed_latest_first(campaign: Campaign) -> None:
    first = campaign.start(name="Spring review")["id"]
    second = campaign.start(name="Autumn review")["id"]
    page = campaign.api("auditor").get(f"{PATH}?per_page=1")
    assert [each["id"] for each in page.json["items"]] == [second]
    assert 'rel="next"' in page.headers["Link"]
    assert campaign.api().get(f"{PATH}?per_page=1&page=2").json["items"][0]["id"] == first
