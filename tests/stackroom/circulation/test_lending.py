"""Lending at the desk, through the API."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from stackroom.audit.models import AuditEntry
from stackroom.audit.versioning import history_tables, version_of
from stackroom.catalogue.models import Item, ItemStatus
from stackroom.circulation.errors import Refused
from stackroom.circulation.models import CirculationRule, Loan, LoanPolicy, LoanStatus
from stackroom.circulation.service.lending import check_out
from stackroom.core import clock
from stackroom.patrons import service as patrons
from stackroom.patrons.schemas import BlockIn
from stackroom.testing.desk import Desk
from stackroom.testing.house import House
from tenants.orm import scoped_tables
from tenants.wall import AUDITED, KERNEL

SATURDAY = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
"""10:00 in Zurich, on the eve of daylight saving."""
LONG_AGO = date(2020, 1, 1)


def codes(answer: TestResponse) -> list[str]:
    return [reason["code"] for reason in answer.get_json()["reasons"]]


def test_a_loan_says_what_went_to_whom_until_when_and_why(ready: Desk) -> None:
    with clock.held_at(SATURDAY):
        answer = ready.lend()
    assert answer.status_code == 201, answer.text
    loan = answer.get_json()
    assert loan["item_barcode"] == "B1"
    assert loan["patron_barcode"] == "P1"
    assert loan["title"] == "Title of B1"
    assert loan["due_at"] == "2026-04-18T21:59:59Z"
    assert loan["explanation"] == [
        "“Standard loan” applies, by the rule for everything.",
        "3 weeks from Sat 28 Mar 2026, 10:00 in Europe/Zurich.",
        "Due on Sat 18 Apr 2026, 23:59.",
    ]
    assert ready.status() is ItemStatus.CHECKED_OUT


def test_fourteen_days_over_the_start_of_daylight_saving(ready: Desk) -> None:
    with ready.house.work("admin") as session:
        policy = session.scalars(sa.select(LoanPolicy)).one()
        policy.period_count, policy.period_unit = 14, "days"
    with clock.held_at(SATURDAY):
        assert ready.lend().get_json()["due_at"] == "2026-04-11T21:59:59Z"


def test_every_reason_is_told_at_once(ready: Desk) -> None:
    with ready.changing_item() as item:
        item.status, item.damaged, item.not_for_loan = ItemStatus.MISSING, True, "reference"
    with ready.changing_patron() as patron:
        patron.expires_on = LONG_AGO
        patrons.block(patron, BlockIn(reason="lost card"))
    answer = ready.lend()
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "loan_refused"
    assert codes(answer) == [
        "BLOCK_MANUAL", "PATRON_EXPIRED", "ITEM_MISSING", "NOT_FOR_LOAN", "DAMAGED",
    ]  # fmt: skip
    assert all(reason["overridable"] for reason in answer.get_json()["reasons"])
    assert {reason["permission"] for reason in answer.get_json()["reasons"]} == {"loans.override"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("status", ItemStatus.AWAITING_PICKUP, "RESERVED_FOR_OTHER"),
        ("status", ItemStatus.PAGED, "RESERVED_FOR_OTHER"),
        ("status", ItemStatus.ON_ORDER, "ITEM_ON_ORDER"),
        ("status", ItemStatus.LOST_PAID, "ITEM_LOST"),
        ("status", ItemStatus.WITHDRAWN, "ITEM_WITHDRAWN"),
        ("restricted", True, "RESTRICTED"),
        ("damaged", True, "DAMAGED"),
        ("not_for_loan", "reading room", "NOT_FOR_LOAN"),
    ],
)
def test_what_the_item_says_against_it_can_be_overridden(
    ready: Desk, field: str, value: object, code: str
) -> None:
    with ready.changing_item() as item:
        setattr(item, field, value)
    assert codes(ready.lend()) == [code]
    assert ready.lend(override={"codes": [code], "reason": "it is here"}).status_code == 201
    assert ready.status() is ItemStatus.CHECKED_OUT


def test_a_policy_that_does_not_lend_refuses(ready: Desk) -> None:
    with ready.house.work("admin") as session:
        session.scalars(sa.select(LoanPolicy)).one().loanable = False
    assert codes(ready.lend()) == ["POLICY_NOT_FOR_LOAN"]


def test_the_note_of_a_patron_is_told_at_the_desk(ready: Desk) -> None:
    ready.patron("P2", note="Reads with a magnifier.")
    assert ready.lend(patron="P2").get_json()["notices"] == [
        {"code": "PATRON_NOTE", "message": "Reads with a magnifier."}
    ]


def test_unknown_barcodes_are_both_named(desk: Desk) -> None:
    answer = desk.lend("nothing", "nobody")
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "item_unknown"
    assert codes(answer) == ["ITEM_UNKNOWN", "PATRON_UNKNOWN"]


def test_an_item_on_loan_says_to_whom(ready: Desk) -> None:
    ready.patron("P2")
    ready.lend()
    answer = ready.lend(patron="P2")
    assert answer.get_json()["code"] == "item_on_loan"
    assert "Reader P1" in answer.get_json()["detail"]
    assert not answer.get_json()["reasons"][0]["overridable"]


def test_an_item_on_loan_to_the_same_patron_is_to_be_renewed(ready: Desk) -> None:
    ready.lend()
    assert "renew it instead" in ready.lend().get_json()["detail"]


def test_a_hard_reason_names_the_refusal_even_beside_others(ready: Desk) -> None:
    ready.lend()
    with ready.changing_patron() as patron:
        patron.expires_on = LONG_AGO
    answer = ready.lend()
    assert codes(answer) == ["PATRON_EXPIRED", "ITEM_ON_LOAN"]
    assert answer.get_json()["code"] == "item_on_loan"


def test_a_deleted_patron_borrows_nothing(ready: Desk) -> None:
    with ready.changing_patron() as patron:
        patrons.remove(patron)
    assert codes(ready.lend()) == ["PATRON_DELETED"]


def test_the_limit_counts_what_is_out(ready: Desk) -> None:
    ready.item("B2")
    with ready.house.work("admin") as session:
        session.scalars(sa.select(LoanPolicy)).one().item_limit = 1
    assert ready.lend("B1").status_code == 201
    answer = ready.lend("B2")
    assert codes(answer) == ["LIMIT_REACHED"]
    ready.take_back("B1")
    assert ready.lend("B2").status_code == 201


def test_a_block_that_has_ended_or_stops_other_things_lets_borrow(ready: Desk) -> None:
    with ready.changing_patron() as patron:
        patrons.block(patron, BlockIn(reason="old", expires_on=LONG_AGO))
        patrons.block(patron, BlockIn(reason="no holds", stops=["hold"]))
    assert ready.lend().status_code == 201


def test_the_last_day_of_a_card_still_serves(ready: Desk) -> None:
    with ready.changing_patron() as patron:
        patron.expires_on = date(2026, 3, 28)
    with clock.held_at(datetime(2026, 3, 28, 22, 30, tzinfo=UTC)):  # 23:30 in Zurich
        answer = ready.lend()
    assert answer.status_code == 201, answer.text
    assert [note["code"] for note in answer.get_json()["notices"]] == ["CARD_EXPIRES_FIRST"]


def test_a_card_expires_at_local_midnight(ready: Desk) -> None:
    with ready.changing_patron() as patron:
        patron.expires_on = date(2026, 3, 28)
    with clock.held_at(datetime(2026, 3, 28, 23, 30, tzinfo=UTC)):  # 00:30 on the 29th
        assert codes(ready.lend()) == ["PATRON_EXPIRED"]


def test_a_loan_can_be_cut_to_the_last_day_of_the_card(ready: Desk) -> None:
    with ready.house.work("admin") as session:
        session.scalars(sa.select(LoanPolicy)).one().cap_due_at_expiry = True
    with ready.changing_patron() as patron:
        patron.expires_on = date(2026, 4, 2)
    with clock.held_at(SATURDAY):
        loan = ready.lend().get_json()
    assert loan["due_at"] == "2026-04-02T21:59:59Z"
    assert "Shortened to the last day of the patron's card." in loan["explanation"]


def test_an_override_names_the_codes_and_leaves_its_reason(ready: Desk) -> None:
    with ready.changing_patron() as patron:
        patron.expires_on = LONG_AGO
    override = {"codes": ["PATRON_EXPIRED"], "reason": "renews the card tomorrow"}
    assert ready.lend(override=override).status_code == 201
    told = ready.pseudonym()
    with ready.house.work("auditor") as session:
        kept = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "loan.checked_out_override")
        ).one()
        assert kept.data == {
            "patron": told,
            "codes": "PATRON_EXPIRED",
            "reason": "renews the card tomorrow",
        }
    found = ready.house.api("auditor").get("/api/v1/audit/entries?action=loan.checked_out_override")
    assert [entry["reason"] for entry in found.get_json()["items"]] == ["renews the card tomorrow"]


def test_an_override_does_not_cover_a_reason_it_does_not_name(ready: Desk) -> None:
    with ready.changing_patron() as patron:
        patron.expires_on = LONG_AGO
        patrons.block(patron, BlockIn(reason="lost card"))
    answer = ready.lend(override={"codes": ["PATRON_EXPIRED"], "reason": "is known to me"})
    assert codes(answer) == ["BLOCK_MANUAL", "PATRON_EXPIRED"]


def test_nobody_overrides_a_hard_reason(ready: Desk) -> None:
    ready.lend()
    answer = ready.lend(override={"codes": ["ITEM_ON_LOAN"], "reason": "I want it"})
    assert answer.get_json()["code"] == "item_on_loan"
    assert ready.open_loans() == 1


def test_a_dry_run_answers_the_due_date_and_changes_nothing(ready: Desk) -> None:
    before = rows_of(ready.house)
    with clock.held_at(SATURDAY):
        answer = ready.lend(dry_run=True)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["dry_run"] is True
    assert answer.get_json()["due_at"] == "2026-04-18T21:59:59Z"
    assert rows_of(ready.house) == before
    assert ready.status() is ItemStatus.AVAILABLE


def test_a_dry_run_is_refused_like_the_real_thing(ready: Desk) -> None:
    ready.lend()
    real, dry = ready.lend(), ready.lend(dry_run=True)
    assert dry.status_code == real.status_code == 409
    assert dry.get_json()["reasons"] == real.get_json()["reasons"]


def rows_of(house: House) -> dict[str, int]:
    """Rows of the organisation by table, history too, but for the session that each test client
    opens."""
    with house.work() as session:
        counts = {
            table.name: session.scalar(
                sa.select(sa.func.count())
                .select_from(table)
                .where(table.c.tenant_id == house.tenant.id)
                .execution_options(**KERNEL)
            )
            or 0
            for table in scoped_tables()
        }
    trail = {"audit_entries", "audit_transactions", "audit_unsealed"}
    signing_in = {"known_devices", "sign_in_sessions", *trail}
    the_platforms = {"operator_acts"}
    assert history_tables() - signing_in - the_platforms <= counts.keys()
    return {name: count for name, count in counts.items() if name not in signing_in}


def test_a_loan_leaves_its_event_and_its_versions_together(ready: Desk) -> None:
    loan = ready.lend().get_json()
    with ready.house.work("auditor") as session:
        told = session.execute(
            sa.select(
                AuditEntry.subject_id, AuditEntry.subject_label, AuditEntry.transaction_id
            ).where(AuditEntry.action == "loan.checked_out")
        ).one()
        loans, items = version_of(Loan), version_of(Item)
        versions = session.scalars(sa.select(loans.transaction_id)).all()
        states = session.execute(
            sa.select(items.status, items.transaction_id).order_by(items.transaction_id)
        ).all()
    assert str(told.subject_id) == loan["id"]
    assert told.subject_label == "Title of B1 (B1)"
    assert versions == [told.transaction_id]
    assert [state.status for state in states] == [ItemStatus.AVAILABLE, ItemStatus.CHECKED_OUT]
    assert states[-1].transaction_id == told.transaction_id


def test_another_organisations_barcodes_are_unknown(ready: Desk, harbour: House) -> None:
    """Both may have a B1 and a P1; neither hears of the other's."""
    answer = harbour.api("librarian").post(
        "/api/v1/loans", json={"item_barcode": "B1", "patron_barcode": "P1"}
    )
    nothing = harbour.api("librarian").post(
        "/api/v1/loans", json={"item_barcode": "B0", "patron_barcode": "P0"}
    )
    assert answer.status_code == 409
    assert codes(answer) == codes(nothing) == ["ITEM_UNKNOWN", "PATRON_UNKNOWN"]
    told = answer.get_json()["detail"].replace("B1", "B0").replace("P1", "P0")
    assert told == nothing.get_json()["detail"]


def test_another_organisations_loan_is_not_found(ready: Desk, harbour: House) -> None:
    loan_id = ready.lend().get_json()["id"]
    api = harbour.api("librarian")
    foreign, absent = f"/api/v1/loans/{loan_id}", f"/api/v1/loans/{uuid4()}"
    assert api.get(foreign).status_code == api.get(absent).status_code == 404
    assert api.post(f"{foreign}/renewals", json={}).status_code == 404
    assert api.get(f"/api/v1/loans?patron_id={uuid4()}").get_json()["total"] == 0
    assert api.get("/api/v1/loans").get_json()["total"] == 0


def test_the_index_has_the_last_word_on_a_second_loan(ready: Desk) -> None:
    """A loan that appears between the look and the write, as from a writer that takes no lock."""

    def rival(session: Session, *_: Any) -> None:
        mine = next(row for row in session.new if isinstance(row, Loan))
        values = {
            "id": uuid4(), "tenant_id": ready.house.tenant.id, "item_id": mine.item_id,
            "library_id": mine.library_id, "status": LoanStatus.OPEN, "out_at": mine.out_at,
            "due_at": mine.due_at, "renewal_count": 0, "policy": {}, "revision": 1,
        }  # fmt: skip
        session.execute(sa.insert(Loan), values, execution_options=AUDITED)

    def lend_beside_a_rival() -> None:
        with ready.house.work() as session:
            event.listen(session, "before_flush", rival, once=True)
            check_out(item_barcode="B1", patron_barcode="P1")

    with pytest.raises(Refused) as refused:
        lend_beside_a_rival()
    assert refused.value.code == "item_on_loan"
    assert ready.open_loans() == 0


def test_a_more_specific_rule_governs_and_says_so(ready: Desk) -> None:
    with ready.house.work("admin") as session:
        patron_category = patrons.categories()[0].id
        short = LoanPolicy(name="Short loan", period_count=2, period_unit="days")
        session.add(short)
        session.flush()
        session.add(CirculationRule(loan_policy_id=short.id, patron_category_id=patron_category))
    with clock.held_at(SATURDAY):
        loan = ready.lend().get_json()
    assert loan["due_at"] == "2026-03-30T21:59:59Z"
    assert loan["explanation"][0] == (
        "“Short loan” applies, by the rule for this patron category; "
        "1 more general rule stood back."
    )


def test_without_a_rule_the_desk_says_what_is_missing(ready: Desk) -> None:
    with ready.house.work("admin") as session:
        session.delete(session.scalars(sa.select(CirculationRule)).one())
    answer = ready.lend()
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "no_rule"


def test_the_branch_of_the_desk_gives_its_time_zone(ready: Desk) -> None:
    ready.branch("tokyo", "Asia/Tokyo")
    with clock.held_at(SATURDAY):
        loan = ready.lend(library="tokyo").get_json()
    assert loan["library"] == "tokyo"
    assert loan["due_at"] == "2026-04-18T14:59:59Z"


def test_an_unknown_branch_is_named(ready: Desk) -> None:
    answer = ready.lend(library="atlantis")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "library"


@pytest.mark.parametrize("role", ["auditor", "patron"])
def test_only_desk_staff_lend(ready: Desk, role: str) -> None:
    answer = ready.house.api(role).post(
        "/api/v1/loans", json={"item_barcode": "B1", "patron_barcode": "P1"}
    )
    assert answer.status_code == 403
    assert answer.get_json()["permission"] == "loans.write"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"item_barcode": "", "patron_barcode": "P1"},
        {"item_barcode": "B\x001", "patron_barcode": "P1"},
        {"item_barcode": "B" * 81, "patron_barcode": "P1"},
        {"item_barcode": "B1", "patron_barcode": "P1", "due_at": "2099-01-01"},
        {"item_barcode": "B1", "patron_barcode": "P1", "override": {"codes": [], "reason": "x"}},
    ],
)
def test_a_body_that_makes_no_sense_is_refused(ready: Desk, body: dict[str, Any]) -> None:
    assert ready.house.api("librarian").post("/api/v1/loans", json=body).status_code == 422
    assert ready.open_loans() == 0


Counting = Callable[[], AbstractContextManager[list[str]]]


def test_lending_costs_seven_statements_beside_the_audit(ready: Desk, statements: Counting) -> None:
    api = ready.house.api("librarian")
    body = {"item_barcode": "B1", "patron_barcode": "P1"}
    with statements() as seen:
        assert api.post("/api/v1/loans", json=body).status_code == 201
    assert len(seen) == 7, "\n".join(seen)


def test_a_list_of_loans_costs_the_same_for_many(ready: Desk, statements: Counting) -> None:
    api = ready.house.api("librarian")
    ready.lend()
    api.get("/api/v1/loans")  # the first in an hour to see a patron leaves an event
    with statements() as one:
        assert api.get("/api/v1/loans").get_json()["total"] == 1
    for number in range(2, 6):
        ready.item(f"B{number}")
        ready.lend(f"B{number}")
    api.get("/api/v1/loans")
    with statements() as many:
        assert api.get("/api/v1/loans").get_json()["total"] == 5
    assert len(many) == len(one) == 4  # one asks whether the trail knows of this reader
