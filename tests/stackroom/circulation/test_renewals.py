"""Renewing: the same loan, new terms."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from stackroom.audit.models import AuditEntry
from stackroom.catalogue.models import ItemStatus
from stackroom.circulation.models import CirculationRule, LoanPolicy
from stackroom.core import clock
from stackroom.patrons import service as patrons
from stackroom.patrons.schemas import BlockIn
from stackroom.testing.desk import Desk

NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


def codes(answer: TestResponse) -> list[str]:
    return [reason["code"] for reason in answer.get_json()["reasons"]]


@pytest.fixture
def loan_id(ready: Desk) -> str:
    with clock.held_at(NOON):
        found: str = ready.lend().get_json()["id"]
    return found


def change_policy(desk: Desk, **fields: object) -> None:
    with desk.house.work("admin") as session:
        policy = session.scalars(sa.select(LoanPolicy)).one()
        for name, value in fields.items():
            setattr(policy, name, value)


def test_a_renewal_counts_from_now_and_keeps_the_loan(ready: Desk, loan_id: str) -> None:
    with clock.held_at(NOON + timedelta(days=7)):
        answer = ready.renew(loan_id)
    assert answer.status_code == 201, answer.text
    assert answer.get_json()["id"] == loan_id
    assert answer.get_json()["renewal_count"] == 1
    assert answer.get_json()["due_at"] == "2026-04-25T21:59:59Z"


def test_a_policy_may_count_from_the_due_date(ready: Desk, loan_id: str) -> None:
    change_policy(ready, renew_from="due")
    with clock.held_at(NOON):
        assert ready.renew(loan_id).get_json()["due_at"] == "2026-05-09T21:59:59Z"


def test_an_overdue_loan_is_renewed_from_now(ready: Desk, loan_id: str) -> None:
    change_policy(ready, renew_from="due")
    with clock.held_at(NOON + timedelta(days=60)):
        assert ready.renew(loan_id).get_json()["due_at"] == "2026-06-17T21:59:59Z"


def test_a_renewal_that_moves_nothing_is_refused(ready: Desk, loan_id: str) -> None:
    with clock.held_at(NOON):
        answer = ready.renew(loan_id)
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "due_date_unchanged"


def test_the_third_renewal_needs_an_override(ready: Desk, loan_id: str) -> None:
    for days in (1, 2):
        with clock.held_at(NOON + timedelta(days=days)):
            assert ready.renew(loan_id).status_code == 201
    with clock.held_at(NOON + timedelta(days=3)):
        assert codes(ready.renew(loan_id)) == ["RENEWALS_USED_UP"]
        override = {"codes": ["RENEWALS_USED_UP"], "reason": "nobody waits for it"}
        assert ready.renew(loan_id, override=override).get_json()["renewal_count"] == 3
    with ready.house.work("auditor") as session:
        actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert actions.count("loan.renewed") == 3
    assert actions.count("loan.renewed_override") == 1


def test_all_that_stops_a_renewal_is_told(ready: Desk, loan_id: str) -> None:
    change_policy(ready, renewable=False)
    with ready.changing_item() as item:
        item.status = ItemStatus.CLAIMED_RETURNED
    with ready.changing_patron() as patron:
        patrons.block(patron, BlockIn(reason="owes a book", stops=["renew"]))
    with clock.held_at(NOON + timedelta(days=1)):
        answer = ready.renew(loan_id)
    assert codes(answer) == ["BLOCK_MANUAL", "ITEM_CLAIMED", "NOT_RENEWABLE"]
    assert answer.get_json()["code"] == "item_claimed"


def test_a_returned_loan_cannot_be_renewed(ready: Desk, loan_id: str) -> None:
    ready.take_back()
    assert ready.renew(loan_id).get_json()["code"] == "loan_closed"


def test_a_dry_run_answers_the_new_date_and_keeps_the_old(ready: Desk, loan_id: str) -> None:
    with clock.held_at(NOON + timedelta(days=7)):
        answer = ready.renew(loan_id, dry_run=True)
    assert answer.status_code == 200
    assert answer.get_json()["due_at"] == "2026-04-25T21:59:59Z"
    kept = ready.house.api("librarian").get(f"/api/v1/loans/{loan_id}").get_json()
    assert (kept["renewal_count"], kept["due_at"]) == (0, "2026-04-18T21:59:59Z")


def test_the_rule_in_force_at_the_renewal_governs(ready: Desk, loan_id: str) -> None:
    with ready.house.work("admin") as session:
        long = LoanPolicy(name="Long loan", period_count=2, period_unit="months")
        session.add(long)
        session.flush()
        session.scalars(sa.select(CirculationRule)).one().loan_policy_id = long.id
    with clock.held_at(NOON):
        renewed = ready.renew(loan_id).get_json()
    assert renewed["due_at"] == "2026-05-28T21:59:59Z"
    assert renewed["explanation"][0] == "“Long loan” applies, by the rule for everything."


def test_a_renewal_names_its_loan(ready: Desk) -> None:
    assert ready.renew(str(uuid4())).status_code == 404
