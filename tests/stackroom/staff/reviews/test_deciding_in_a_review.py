"""Reviewers confirm or withdraw; nobody decides about themself; what was asked is what counts."""

from typing import Any

import pytest

from stackroom.testing.house import House
from stackroom.testing.reviews import Campaign


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


@pytest.fixture
def begun(campaign: Campaign) -> Campaign:
    campaign.person("carl", "librarian", "auditor")
    campaign.start()
    return campaign


def test_a_confirmed_role_stays_and_says_who_kept_it(begun: Campaign) -> None:
    line = begun.decide("carl librarian", "confirmed", note="At the desk on Mondays.").json
    assert line["state"] == "confirmed"
    (decision,) = line["decisions"]
    assert (decision["before"], decision["after"]) == ("open", "confirmed")
    assert (decision["by"], decision["note"]) == ("Ada Admin", "At the desk on Mondays.")
    assert begun.roles("carl") == ("auditor", "librarian")
    assert begun.show()["lines"] == {"open": 5, "confirmed": 1}


def test_a_withdrawn_role_is_gone_with_the_next_request(begun: Campaign) -> None:
    carl = begun.api("carl")
    assert carl.post("/api/v1/patrons", json={"name": "Ben Vogel"}).status_code == 201
    assert begun.decide("carl librarian", "withdrawn").status_code == 200
    assert carl.post("/api/v1/patrons", json={"name": "Ada Vogel"}).status_code == 403
    assert begun.roles("carl") == ("auditor",)


def test_each_decision_stands_in_the_trail_with_before_and_after(begun: Campaign) -> None:
    begun.decide("carl librarian", "confirmed")
    begun.decide("carl librarian", "withdrawn", by="berta", note="Has left.")
    first, second = begun.told("access_review.decided")
    assert (first["person"], first["role"]) == ("Carl", "Librarian")
    assert (first["before"], first["after"]) == ("open", "confirmed")
    assert (second["before"], second["after"]) == ("confirmed", "withdrawn")
    assert second["note"] == "Has left."
    assert begun.told("role.granted")[-1]["after"] == "auditor"


def test_the_same_decision_twice_is_one(begun: Campaign) -> None:
    begun.decide("carl librarian", "withdrawn")
    again = begun.decide("carl librarian", "withdrawn", by="berta")
    assert again.status_code == 200
    assert len(again.json["decisions"]) == 1
    assert len(begun.told("access_review.decided")) == 1


def test_what_was_withdrawn_is_not_confirmed_afterwards(begun: Campaign) -> None:
    begun.decide("carl librarian", "withdrawn")
    refused(begun.decide("carl librarian", "confirmed", by="berta"), 409, "already_withdrawn")
    assert begun.roles("carl") == ("auditor",)


def test_nobody_decides_about_themself(begun: Campaign) -> None:
    refused(begun.decide("admin admin", "confirmed"), 403, "own_line")
    refused(begun.decide("berta admin", "withdrawn", by="berta"), 403, "own_line")
    assert begun.decide("admin admin", "confirmed", by="berta").json["own"] is False


def test_the_only_admin_may_and_it_shows(north: House) -> None:
    alone = Campaign(north)
    alone.start()
    assert alone.decide("admin admin", "confirmed").json["own"] is True
    refused(alone.decide("admin admin", "withdrawn"), 409, "last_admin")
    assert alone.states()["admin admin"] == "confirmed"


def test_only_those_who_were_asked_decide(campaign: Campaign) -> None:
    campaign.person("dora", "admin")
    asked = [campaign.account_id(name) for name in ("admin", "berta")]
    campaign.start(reviewers=asked)
    refused(campaign.decide("auditor auditor", "confirmed", by="dora"), 403, "not_a_reviewer")
    assert campaign.decide("auditor auditor", "confirmed", by="berta").status_code == 200


def test_a_reviewer_who_is_no_admin_any_more_decides_nothing(campaign: Campaign) -> None:
    campaign.start()
    berta = campaign.account_id("berta")
    campaign.api().patch(f"/api/v1/staff/{berta}", json={"roles": ["librarian"]})
    answer = campaign.decide("auditor auditor", "confirmed", by="berta")
    refused(answer, 403, "permission_denied")


def test_the_last_admin_is_not_withdrawn(campaign: Campaign) -> None:
    campaign.start()
    ada, berta = campaign.lines()["admin admin"], campaign.lines()["berta admin"]
    path = f"{campaign.path}/lines"
    by_berta = campaign.api("berta")
    assert campaign.decide("berta admin", "withdrawn").status_code == 200
    assert by_berta.patch(f"{path}/{ada['id']}", json={"decision": "withdrawn"}).status_code == 403
    assert campaign.roles("admin") == ("admin",)
    assert campaign.lines()["berta admin"]["id"] == berta["id"]


def test_a_role_that_was_taken_meanwhile_is_shown_as_gone(begun: Campaign) -> None:
    take(begun, "carl", ["auditor"])
    assert begun.lines()["carl librarian"]["standing"] == "gone"
    for decision in ("confirmed", "withdrawn"):
        refused(begun.decide("carl librarian", decision), 409, "grant_changed")


def test_a_role_that_was_taken_and_given_again_is_another(begun: Campaign) -> None:
    take(begun, "carl", ["auditor"])
    take(begun, "carl", ["auditor", "librarian"])
    refused(begun.decide("carl librarian", "withdrawn"), 409, "grant_changed")
    assert begun.roles("carl") == ("auditor", "librarian")


def take(campaign: Campaign, who: str, roles: list[str]) -> None:
    path = f"/api/v1/staff/{campaign.account_id(who)}"
    assert campaign.api().patch(path, json={"roles": roles}).status_code == 200


def test_two_reviewers_who_have_seen_the_same_do_not_overwrite_each_other(begun: Campaign) -> None:
    path = f"{begun.path}/lines/{begun.lines()['carl librarian']['id']}"
    seen = begun.decide("carl librarian", "confirmed").headers["ETag"]
    begun.decide("carl librarian", "withdrawn", by="berta")
    stale = begun.api().patch(path, json={"decision": "confirmed"}, headers={"If-Match": seen})
    refused(stale, 412, "precondition_failed")


def test_what_is_over_takes_no_decision(begun: Campaign) -> None:
    begun.api().post(f"{begun.path}/cancel", json={"reason": "The wrong date."})
    refused(begun.decide("carl librarian", "withdrawn"), 409, "review_over")
    assert begun.roles("carl") == ("auditor", "librarian")


def test_a_line_of_another_review_is_none_of_this_one(begun: Campaign) -> None:
    line = begun.lines()["carl librarian"]["id"]
    begun.start(name="Another")
    path = f"{begun.path}/lines/{line}"
    refused(begun.api().patch(path, json={"decision": "withdrawn"}), 404, "not_found")


def test_lines_are_filtered_by_state_and_person(begun: Campaign) -> None:
    begun.decide("carl librarian", "confirmed")
    api, carl = begun.api("auditor"), begun.account_id("carl")
    found = api.get(f"{begun.path}/lines?state=confirmed").json
    assert [line["role"] for line in found["items"]] == ["librarian"]
    theirs = api.get(f"{begun.path}/lines?account_id={carl}").json
    assert theirs["total"] == 2
    refused(api.get(f"{begun.path}/lines?state=mischief"), 422, "invalid")


@pytest.mark.parametrize("body", [{}, {"decision": "revoked"}, {"decision": "confirmed", "by": 1}])
def test_a_decision_is_one_of_two(begun: Campaign, body: dict[str, Any]) -> None:
    path = f"{begun.path}/lines/{begun.lines()['carl librarian']['id']}"
    assert begun.api().patch(path, json=body).status_code == 422
    assert begun.states()["carl librarian"] == "open"
