"""Each control against an answer that was worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from stackroom.core.actor import ANONYMOUS, Actor, ActorType, Channel
from stackroom.staff.models import RoleGrant
from stackroom.testing.reports import DAY, Auditing, Thing, figures, this_month

LENT, OVERRIDDEN = "loan.checked_out", "loan.checked_out_override"


def lend(audit: Auditing, who: Actor, times: int, overridden: int) -> None:
    for number in range(times):
        actions = (LENT, OVERRIDDEN) if number < overridden else (LENT,)
        audit.act(who, *actions, at=DAY + timedelta(minutes=number))


def test_who_overrides_far_more_than_their_peers_stands_out(audit: Auditing) -> None:
    """Rates 50, 10, 10 and 0 of 100. The median is 10, the deviations 40, 0, 0 and 10, their median
    5: 50 is 5.4 robust deviations above (0.6745 * 40 / 5), 10 none."""
    people = {name: audit.person(name) for name in ("berta", "carla", "dario", "emil")}
    for name, overridden in {"berta": 5, "carla": 1, "dario": 1, "emil": 0}.items():
        lend(audit, people[name], 10, overridden)
    run = audit.run("circulation.overrides", parameters={"acts": 10})
    found = audit.findings(run)
    assert [(each["who"], figures(each)["per 100 acts"]) for each in found] == [
        ("Berta", 50), ("Carla", 10), ("Dario", 10), ("Emil", 0),
    ]  # fmt: skip
    assert [each["who"] for each in found if each["outlier"]] == ["Berta"]
    assert figures(found[0])["peers' median"] == 10
    assert figures(found[0])["lent against a rule"] == 5
    assert len(found[0]["entries"]) == 5
    assert run["looked_at"] == 40
    assert run["outliers"] == 1
    assert any("no fines in this Stackroom yet" in note for note in run["notes"])
    assert run["bars"][0] == {"label": "Berta", "value": 50, "outlier": True}


def test_a_lifted_block_is_an_act_of_its_own_and_few_acts_are_not_compared(
    audit: Auditing,
) -> None:
    berta = audit.person("berta")
    lend(audit, berta, 3, 0)
    audit.act(berta, "block.lifted")
    found = audit.found("circulation.overrides", parameters={"acts": 5})
    assert figures(found[0]) == {
        "per 100 acts": 25, "peers' median": 0, "acts": 4, "lent against a rule": 0,
        "renewed against a rule": 0, "blocks lifted": 1, "loans changed by hand": 0,
        "fines waived": 0,
    }  # fmt: skip
    assert not found[0]["outlier"]


def test_acts_out_of_hours_by_night_of_each_person(audit: Auditing) -> None:
    """Open from 8 to 18 in Zurich, which is an hour ahead: 17:30 UTC is half past six there."""
    berta, night = audit.person("berta"), datetime(2026, 3, 4, 17, 30, tzinfo=UTC)
    audit.act(berta, LENT, at=DAY)
    audit.act(berta, LENT, at=night)
    audit.act(berta, LENT, at=night + timedelta(hours=6))
    audit.act(berta, LENT, at=night + timedelta(hours=5), channel=Channel.JOB)
    audit.act(Actor(ActorType.PERSON, uuid7(), "A patron"), LENT, at=night)
    hours = {"opens": "08:00", "closes": "18:00"}
    found = audit.found("staff.out_of_hours", parameters=hours)
    assert len(found) == 1
    assert found[0]["what"] == "Acted out of hours, Wednesday 4 March 2026"
    assert figures(found[0]) == {"acts": 2, "first at": "18:30", "last at": "00:30"}


def test_a_closed_day_is_out_of_hours_from_morning_to_night(audit: Auditing) -> None:
    berta = audit.person("berta")
    audit.act(berta, LENT, at=DAY)
    closed = {"opens": "08:00", "closes": "18:00", "closed_days": ["wednesday"]}
    assert len(audit.found("staff.out_of_hours", parameters=closed)) == 1


def test_changes_of_roles_mark_those_of_ones_own(audit: Auditing) -> None:
    berta, omar = audit.person("berta", "admin"), audit.person("omar")
    told: dict[str, Any] = {"before": "librarian", "after": "admin"}
    audit.act(berta, "role.granted", about=Thing(omar.id, "Omar"), **told)
    audit.act(berta, "role.granted", about=Thing(berta.id, "Berta"), **told)
    patron: dict[str, Any] = {"before": "none", "after": "patron"}
    audit.act(berta, "role.granted", about=Thing(uuid7(), "Tove"), **patron)
    found = audit.found("staff.role_changes")
    assert [(each["who"], each["outlier"]) for each in found] == [("Berta", False), ("Berta", True)]
    assert found[0]["what"] == "changed the roles of “Omar” from librarian to admin"
    own = audit.found("staff.role_changes", parameters={"own_only": True})
    assert [each["subject"] for each in own] == ["Berta"]


def test_a_grant_without_an_event_says_whose_it_is(audit: Auditing) -> None:
    with audit.house.work("admin"):
        for who, role in (("librarian", "auditor"), ("auditor", "patron")):
            account = audit.house.account(who)
            account.grants.append(RoleGrant(role=role))
    whose = f"Librarian of {audit.house.tenant.slug}"
    what = [each["what"] for each in audit.found("staff.role_changes", **this_month())]
    assert f"role “auditor” of {whose} given" in what
    assert "“patron”" not in str(what)


def fail(audit: Auditing, email: str, times: int, ip: str = "192.0.2.7") -> None:
    for number in range(times):
        at, thing = DAY + timedelta(minutes=number), Thing(None, email)
        audit.act(ANONYMOUS, "auth.login_failed", at=at, about=thing, ip=ip, email=email)


def test_failures_that_end_in_a_sign_in_stand_out(audit: Auditing) -> None:
    berta = audit.person("berta")
    email = f"berta@{audit.house.tenant.slug}.example"
    fail(audit, email, 6)
    about = Thing(berta.id, "Berta")
    audit.act(berta, "auth.signed_in", at=DAY + timedelta(minutes=10), about=about, ip="192.0.2.7")
    fail(audit, "omar@elsewhere.example", 4)
    run = audit.run("staff.sign_in_failures")
    found = audit.findings(run)
    assert [(each["what"], each["subject"]) for each in found] == [
        ("Failed to sign in, then signed in", email)
    ]
    assert figures(found[0]) == {"failures": 6, "most in a row": 6, "locked": "yes", "from": 1}
    assert run["looked_at"] == 10
    assert run["bars"] == [{"label": "192.0.2.7", "value": 10, "outlier": False}]


def test_many_addresses_tried_from_one_place_stand_out(audit: Auditing) -> None:
    for number in range(5):
        fail(audit, f"guess{number}@example.org", 1, ip="198.51.100.1")
    found = audit.found("staff.sign_in_failures")
    assert [each["what"] for each in found] == ["Many addresses tried from 198.51.100.1"]
    assert figures(found[0]) == {"failures": 5, "addresses": 5}


def test_dormant_accounts_are_those_with_rights_alone(audit: Auditing) -> None:
    """Everybody was made now: none is dormant, until an account is old. Patrons never are."""
    assert audit.found("staff.dormant") == []
    with audit.house.work("admin"):
        for role in ("librarian", "patron", "admin"):
            account = audit.house.account(role)
            account.created_at -= timedelta(days=100)
    run = audit.run("staff.dormant", parameters={"days": 90})
    found = audit.findings(run)
    assert [each["what"] for each in found] == ["Never signed in"] * 2
    assert {figures(each)["roles"] for each in found} == {"librarian", "admin"}
    assert {figures(each)["days"] for each in found} == {100}
    assert run["looked_at"] == 3
    assert run["bars"] == [{"label": "3 to 6 months", "value": 2, "outlier": False}]


@pytest.mark.parametrize("viewed", [2, 3])
def test_exports_and_many_looks_at_patrons(audit: Auditing, viewed: int) -> None:
    berta = audit.person("berta")
    for _ in range(viewed):
        audit.act(berta, "patron.viewed")
    audit.act(berta, "export.downloaded", at=DAY + timedelta(hours=1))
    run = audit.run("reports.patron_data", parameters={"viewed": 3})
    what = [each["what"] for each in audit.findings(run)]
    assert what[0] == "Export downloaded"
    assert what[1:] == (["Looked at 3 patron records"] if viewed == 3 else [])
    assert run["bars"] == [{"label": "Berta", "value": viewed + 1, "outlier": False}]
