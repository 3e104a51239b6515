"""Asking for loans, and deleting a patron, which hangs on them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from stackroom.core import clock
from stackroom.testing.desk import Desk

NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


@pytest.fixture
def three(desk: Desk) -> Desk:
    """B1 is overdue, B2 lent later and not due, B3 returned; all to P1."""
    desk.patron()
    for number, days in ((1, 0), (2, 10), (3, 0)):
        desk.item(f"B{number}")
        with clock.held_at(NOON + timedelta(days=days)):
            desk.lend(f"B{number}")
    with clock.held_at(NOON + timedelta(days=11)):
        desk.take_back("B3")
    return desk


@pytest.mark.parametrize(
    ("query", "barcodes"),
    [
        ("", ["B2", "B3", "B1"]),
        ("?status=open", ["B1", "B2"]),
        ("?status=overdue", ["B1"]),
        ("?status=closed", ["B3"]),
        ("?item_barcode=B2&status=open", ["B2"]),
        ("?item_barcode=B9", []),
        (f"?patron_id={UUID(int=4)}", []),
        (f"?item_id={UUID(int=4)}", []),
    ],
)
def test_loans_are_filtered(three: Desk, query: str, barcodes: list[str]) -> None:
    with clock.held_at(NOON + timedelta(days=25)):
        answer = three.house.api("librarian").get(f"/api/v1/loans{query}")
    assert [loan["item_barcode"] for loan in answer.get_json()["items"]] == barcodes
    assert answer.get_json()["total"] == len(barcodes)


def test_a_loan_is_overdue_a_second_after_it_was_due(three: Desk) -> None:
    api = three.house.api("auditor")
    due = datetime(2026, 4, 18, 21, 59, 59, tzinfo=UTC)
    for moment, overdue in ((due, 0), (due + timedelta(seconds=1), 1)):
        with clock.held_at(moment):
            assert api.get("/api/v1/loans?status=overdue").get_json()["total"] == overdue


def test_pages_are_linked(three: Desk) -> None:
    answer = three.house.api("librarian").get("/api/v1/loans?per_page=1&page=2")
    assert answer.get_json()["items"][0]["item_barcode"] == "B3"
    assert '</api/v1/loans?per_page=1&page=3>; rel="next"' in answer.headers["Link"]


@pytest.mark.parametrize(
    "query", ["page=0", "per_page=1000000000", "status=lost", "patron=P1", "item_barcode=%00"]
)
def test_a_query_that_makes_no_sense_is_refused(three: Desk, query: str) -> None:
    assert three.house.api("librarian").get(f"/api/v1/loans?{query}").status_code == 422


def test_a_loan_carries_its_revision(three: Desk) -> None:
    api = three.house.api("librarian")
    loan = api.get("/api/v1/loans?item_barcode=B3").get_json()["items"][0]
    assert api.get(f"/api/v1/loans/{loan['id']}").headers["ETag"] == '"2"'


def test_a_patron_with_loans_is_not_deleted(three: Desk) -> None:
    api = three.house.api("librarian")
    patron = api.get("/api/v1/patrons?barcode=P1").get_json()["items"][0]
    refused = api.delete(f"/api/v1/patrons/{patron['id']}")
    assert refused.status_code == 409
    assert refused.get_json()["code"] == "patron_has_loans"
    three.take_back("B1")
    three.take_back("B2")
    assert api.delete(f"/api/v1/patrons/{patron['id']}").status_code == 204
    kept = api.get(f"/api/v1/patrons/{patron['id']}").get_json()
    assert kept["status"] == "deleted"


def test_a_deletion_holds_to_the_revision_that_was_read(three: Desk) -> None:
    three.patron("P2")
    api = three.house.api("librarian")
    patron = api.get("/api/v1/patrons?barcode=P2").get_json()["items"][0]
    stale = api.delete(f"/api/v1/patrons/{patron['id']}", headers={"If-Match": '"7"'})
    assert stale.status_code == 412
