"""Taking back: it always works, and says where the item goes next."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.catalogue.models import Item, ItemStatus
from stackroom.core import clock
from stackroom.testing.desk import Desk
from stackroom.testing.house import House

FRIDAY = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)


def test_a_return_closes_the_loan_and_sends_the_item_to_its_shelf(ready: Desk) -> None:
    loan_id = ready.lend().get_json()["id"]
    answer = ready.take_back()
    assert answer.status_code == 200, answer.text
    done = answer.get_json()
    assert done["next_action"] == "shelve"
    assert done["title"] == "Title of B1"
    assert done["patron_name"] == "Reader P1"
    assert done["loan"]["id"] == loan_id
    assert done["loan"]["status"] == "closed"
    assert done["loan"]["returned_at"]
    assert ready.status() is ItemStatus.AVAILABLE


def test_a_second_scan_is_a_use_in_the_library(ready: Desk) -> None:
    ready.lend()
    ready.take_back()
    again = ready.take_back()
    assert again.status_code == 200
    assert again.get_json()["in_house_use"] is True
    assert again.get_json()["loan"] is None
    with ready.house.work() as session:
        assert session.scalars(sa.select(Item.in_house_uses)).one() == 1
        used = sa.select(AuditEntry.action).where(AuditEntry.action == "item.used_in_house")
        assert len(session.scalars(used).all()) == 1


def test_a_return_away_from_home_goes_on_the_way(ready: Desk) -> None:
    ready.branch("harbour")
    ready.lend()
    done = ready.take_back(library="harbour").get_json()
    assert (done["next_action"], done["send_to"]) == ("send_to", "Main library")
    assert done["loan"]["status"] == "closed"
    assert ready.status() is ItemStatus.IN_TRANSIT


def test_what_was_on_its_way_arrives(ready: Desk) -> None:
    ready.branch("harbour")
    ready.take_back(library="harbour")
    done = ready.take_back().get_json()
    assert (done["next_action"], done["in_house_use"]) == ("shelve", False)
    assert ready.status() is ItemStatus.AVAILABLE


def test_an_item_on_its_way_can_be_lent(ready: Desk) -> None:
    ready.branch("harbour")
    ready.take_back(library="harbour")
    assert ready.lend().status_code == 201


def test_a_book_drop_counts_from_when_it_was_filled(ready: Desk) -> None:
    with clock.held_at(FRIDAY - timedelta(days=30)):
        ready.lend()
    with clock.held_at(FRIDAY + timedelta(days=3)):
        loan = ready.take_back(returned_at="2026-03-27T16:00:00+01:00").get_json()["loan"]
    assert loan["returned_at"] == "2026-03-27T15:00:00Z"


@pytest.mark.parametrize("wrong", [timedelta(days=-1), timedelta(days=31)])
def test_nothing_comes_back_before_it_went_or_in_the_future(ready: Desk, wrong: timedelta) -> None:
    with clock.held_at(FRIDAY):
        ready.lend()
        answer = ready.take_back(returned_at=(FRIDAY + wrong).isoformat())
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "returned_at"
    assert ready.open_loans() == 1


def test_a_time_without_a_zone_is_refused(ready: Desk) -> None:
    assert ready.take_back(returned_at="2026-03-27T16:00:00").status_code == 422


@pytest.mark.parametrize("status", [ItemStatus.MISSING, ItemStatus.LOST_PAID, ItemStatus.WITHDRAWN])
def test_what_was_thought_gone_is_found_and_put_aside(ready: Desk, status: ItemStatus) -> None:
    with ready.changing_item() as item:
        item.status = status
    done = ready.take_back().get_json()
    assert done["next_action"] == "staff_attention"
    assert len(done["alerts"]) == 1
    assert ready.status() is ItemStatus.AVAILABLE


def test_a_lost_item_that_is_still_on_loan_closes_its_loan(ready: Desk) -> None:
    ready.lend()
    with ready.changing_item() as item:
        item.status = ItemStatus.LOST_DECLARED
    done = ready.take_back().get_json()
    assert done["loan"]["status"] == "closed"
    assert done["next_action"] == "staff_attention"


def test_an_item_still_on_order_stays_as_it_is(ready: Desk) -> None:
    with ready.changing_item() as item:
        item.status = ItemStatus.ON_ORDER
    assert ready.take_back().get_json()["next_action"] == "staff_attention"
    assert ready.status() is ItemStatus.ON_ORDER


def test_what_waits_for_a_reader_goes_back_to_the_hold_shelf(ready: Desk) -> None:
    with ready.changing_item() as item:
        item.status = ItemStatus.AWAITING_PICKUP
    assert ready.take_back().get_json()["next_action"] == "hold_shelf"


def test_a_damaged_item_is_put_aside(ready: Desk) -> None:
    with ready.changing_item() as item:
        item.damaged = True
    assert ready.take_back().get_json()["next_action"] == "staff_attention"


def test_an_expired_card_returns_but_does_not_renew(ready: Desk) -> None:
    loan_id = ready.lend().get_json()["id"]
    with ready.changing_patron() as patron:
        patron.expires_on = date(2020, 1, 1)
    refused = ready.renew(loan_id).get_json()
    assert [(r["code"], r["overridable"]) for r in refused["reasons"]] == [
        ("PATRON_EXPIRED", True),
        ("DUE_DATE_UNCHANGED", False),
    ]
    assert ready.take_back().get_json()["next_action"] == "shelve"


def test_a_dry_run_says_the_next_step_and_takes_nothing_back(ready: Desk) -> None:
    ready.lend()
    done = ready.take_back(dry_run=True).get_json()
    assert (done["dry_run"], done["next_action"]) == (True, "shelve")
    assert done["loan"]["status"] == "open"
    assert ready.status() is ItemStatus.CHECKED_OUT
    assert ready.open_loans() == 1


def test_an_unknown_barcode_is_refused_as_another_organisations(
    ready: Desk, harbour: House
) -> None:
    for barcode in ("B1", "nothing"):
        answer = harbour.api("librarian").post("/api/v1/returns", json={"item_barcode": barcode})
        assert answer.status_code == 409
        assert answer.get_json()["code"] == "item_unknown"


def test_taking_back_costs_five_statements_beside_the_audit(
    ready: Desk, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    ready.lend()
    api = ready.house.api("librarian")
    with statements() as seen:
        assert api.post("/api/v1/returns", json={"item_barcode": "B1"}).status_code == 200
    assert len(seen) == 5, "\n".join(seen)
