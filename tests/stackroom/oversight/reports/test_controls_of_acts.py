"""Controls over the desk and over many records at once, against answers worked out by hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from uuid_utils.compat import uuid7

from stackroom.app import FEATURES
from stackroom.circulation.models import Loan
from stackroom.core import clock
from stackroom.core.controls import Control, Span
from stackroom.patrons.models import Patron
from stackroom.testing.desk import Desk
from stackroom.testing.furnish import add_patron
from stackroom.testing.reports import DAY, Auditing, Thing, figures, this_month

CONTROLS = [control for feature in FEATURES for control in feature.controls]


@pytest.fixture
def desk(audit: Auditing) -> Desk:
    return Desk(audit.house)


def patron_of(audit: Auditing, role: str, barcode: str, **fields: Any) -> UUID:
    """The patron record of a member of staff."""
    with audit.house.work("admin"):
        account_id = audit.house.account(role).id
        return add_patron(barcode, account_id=account_id, **fields).id


def test_lending_to_oneself_and_to_ones_family_is_found(audit: Auditing, desk: Desk) -> None:
    """The librarian's own record, one with the same telephone, one with the same e-mail as the
    account, and a stranger's."""
    patron_of(audit, "librarian", "OWN", phone="044 1")
    with audit.house.work("admin"):
        add_patron("KIN", phone="044 1")
        add_patron("MAIL", email=audit.house.email("librarian").upper())
        add_patron("ELSE", phone="044 2")
    for barcode in ("OWN", "KIN", "MAIL", "ELSE"):
        assert desk.lend(desk.item(f"I-{barcode}"), barcode).status_code == 201
    run = audit.run("circulation.own_accounts", **this_month())
    found = audit.findings(run)
    assert [(each["what"], each["outlier"]) for each in found] == [
        ("On their own account: loan checked out", True),
        ("On one with their telephone: loan checked out", False),
        ("On an account with their e-mail: loan checked out", False),
    ]
    assert found[0]["subject"] == "Title of I-OWN (I-OWN)"
    assert "Tove" not in str(found)  # nobody's name but those of staff
    assert run["notes"][0].startswith("3 patron records are linked to staff.")
    alone = {"by_email": False, "by_phone": False}
    asked = {"parameters": alone, **this_month()}
    assert len(audit.found("circulation.own_accounts", **asked)) == 1


def test_what_a_patron_does_on_their_own_account_is_none_of_it(audit: Auditing) -> None:
    patron_id = patron_of(audit, "patron", "READER")
    about = Thing(patron_id, "Reader")
    audit.act(audit.house.actor("patron"), "patron.changed", about=about)
    assert audit.found("circulation.own_accounts") == []


def test_changing_ones_own_record_is_one_finding_with_all_its_lines(audit: Auditing) -> None:
    patron_id = patron_of(audit, "librarian", "OWN")
    with audit.house.work() as session:
        session.get_one(Patron, (audit.house.tenant.id, patron_id)).note = "Never late"
    found = audit.found("circulation.own_accounts", **this_month())
    assert [each["what"] for each in found] == ["On their own account: patron updated"]


def test_a_return_back_to_before_it_was_due_stands_out(audit: Auditing, desk: Desk) -> None:
    """Lent in March for three weeks; both come back two days late, one as of three days before."""
    for item in ("LATE", "PLAIN"):
        desk.item(item)
    desk.patron("P1")
    now = clock.now()
    lent = now - timedelta(days=23)
    with clock.held_at(lent):
        for item in ("LATE", "PLAIN"):
            assert desk.lend(item, "P1").status_code == 201
    early = (now - timedelta(days=3)).isoformat()
    hour = (now - timedelta(hours=2)).isoformat()
    assert desk.take_back("LATE", returned_at=early).status_code == 200
    assert desk.take_back("PLAIN", returned_at=hour).status_code == 200
    run = audit.run("circulation.back_dated_returns", **this_month())
    found = audit.findings(run)
    assert [(each["what"], each["outlier"]) for each in found] == [
        ("Entered an overdue return as punctual", True), ("Back-dated a return", False),
    ]  # fmt: skip
    assert [figures(each) for each in found] == [{"hours back": 72}, {"hours back": 2}]
    assert run["looked_at"] == 2
    asked = {"parameters": {"minutes": 24 * 60}, **this_month()}
    assert len(audit.found("circulation.back_dated_returns", **asked)) == 1
    there = {"library": desk.branch("east"), **this_month()}
    assert audit.found("circulation.back_dated_returns", **there) == []


def test_a_loan_changed_by_hand_counts_as_an_override(audit: Auditing, desk: Desk) -> None:
    desk.patron("P1")
    assert desk.lend(desk.item("B1"), "P1").status_code == 201
    with audit.house.work() as session:
        session.query(Loan).one().due_at += timedelta(days=30)
    found = audit.found("circulation.overrides", **this_month())
    assert figures(found[0])["loans changed by hand"] == 1
    assert figures(found[0])["per 100 acts"] == 50


def test_many_deletions_within_any_hour(audit: Auditing) -> None:
    """At 0, 30 and 59 minutes are three within an hour; those at 90 and 151 are each alone."""
    berta, omar = audit.person("berta"), audit.person("omar")
    for minutes in (0, 30, 59, 90, 151):
        audit.act(berta, "patron.deleted", at=DAY + timedelta(minutes=minutes))
    audit.act(omar, "patron.deleted", at=DAY)
    run = audit.run("audit.bulk", parameters={"deletions": 3})
    found = audit.findings(run)
    assert [(each["what"], each["who"]) for each in found] == [
        ("Deleted many records within an hour", "Berta")
    ]
    assert figures(found[0]) == {"records": 3, "transactions": 3}
    assert run["looked_at"] == 6
    assert [(bar["label"], bar["value"]) for bar in run["bars"]] == [("Berta", 5), ("Omar", 1)]


def test_batches_and_acts_on_many_records(audit: Auditing, desk: Desk) -> None:
    berta, batch = audit.person("berta"), uuid7()
    for _ in range(4):
        audit.act(berta, "patron.changed", batch_id=batch)
    found = audit.found("audit.bulk", parameters={"records": 4})
    assert [each["what"] for each in found] == [f"Touched many records in one batch, {batch}"]
    assert figures(found[0]) == {"records": 4, "transactions": 4}
    with audit.house.work("admin"):
        for number in range(4):
            add_patron(f"MANY-{number}")
    asked = {"parameters": {"records": 4}, **this_month()}
    assert "Touched many records in one act" in str(audit.found("audit.bulk", **asked))


@pytest.mark.parametrize("control", CONTROLS, ids=[each.key for each in CONTROLS])
def test_more_acts_cost_a_control_no_more_statements(audit: Auditing, control: Control) -> None:
    berta = audit.person("berta")
    actions = ("loan.checked_out", "loan.checked_out_override", "patron.viewed", "role.removed")

    def counted() -> int:
        audit.act(berta, *actions)
        seen: list[str] = []
        zone = ZoneInfo("Europe/Zurich")
        span = Span(DAY - timedelta(days=30), DAY + timedelta(days=30), zone)
        with audit.house.work("auditor"):
            listen = lambda *args: seen.append(args[2])  # noqa: E731 - to be taken off again
            event.listen(audit.house.engine, "before_cursor_execute", listen)
            control.run(span, control.parameters())
            event.remove(audit.house.engine, "before_cursor_execute", listen)
        return len(seen)

    few = counted()
    for _ in range(5):
        audit.act(berta, *actions)
    assert counted() == few <= 6
