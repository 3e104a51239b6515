"""Two desks at once, in real threads on the real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from werkzeug.test import TestResponse

from stackroom.audit.models import AuditEntry
from stackroom.audit.versioning import version_of
from stackroom.catalogue.models import ItemStatus
from stackroom.circulation.models import Loan, LoanPolicy
from stackroom.testing.desk import Desk

DESKS = 4


def at_once(*calls: Callable[[], TestResponse]) -> list[TestResponse]:
    """Each in its own thread, all let go together."""
    start = Barrier(len(calls))

    def go(call: Callable[[], TestResponse]) -> TestResponse:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))


def lending(desk: Desk, item: str, patron: str) -> Callable[[], TestResponse]:
    """Signed in beforehand, so that nothing but the loan itself is raced."""
    api = desk.house.api("librarian")
    body = {"item_barcode": item, "patron_barcode": patron}
    return lambda: api.post("/api/v1/loans", json=body)


def returning(desk: Desk, item: str) -> Callable[[], TestResponse]:
    api = desk.house.api("librarian")
    return lambda: api.post("/api/v1/returns", json={"item_barcode": item})


def test_one_item_is_lent_once(ready: Desk) -> None:
    for number in range(2, DESKS + 1):
        ready.patron(f"P{number}")
    calls = [lending(ready, "B1", f"P{number}") for number in range(1, DESKS + 1)]
    answers = at_once(*calls)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * (DESKS - 1)]
    refused = {answer.get_json()["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"item_on_loan"}
    assert ready.open_loans() == 1
    with ready.house.work("auditor") as session:
        lent = sa.select(AuditEntry.action).where(AuditEntry.action == "loan.checked_out")
        assert len(session.scalars(lent).all()) == 1
        assert len(session.scalars(sa.select(version_of(Loan).id)).all()) == 1


def test_the_last_item_of_a_limit_is_lent_once(ready: Desk) -> None:
    with ready.house.work("admin") as session:
        session.scalars(sa.select(LoanPolicy)).one().item_limit = 1
    ready.item("B2")
    answers = at_once(lending(ready, "B1", "P1"), lending(ready, "B2", "P1"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert ready.open_loans() == 1


def test_an_item_comes_back_once(ready: Desk) -> None:
    ready.lend()
    answers = at_once(returning(ready, "B1"), returning(ready, "B1"))
    assert [answer.status_code for answer in answers] == [200, 200]
    closed = [answer.get_json()["loan"] for answer in answers]
    assert sum(loan is not None for loan in closed) == 1
    assert ready.status() is ItemStatus.AVAILABLE


def test_a_patron_is_not_deleted_while_they_borrow(ready: Desk) -> None:
    """Whoever comes first: there is never a deleted patron with an open loan."""
    api = ready.house.api("librarian")
    patron = api.get("/api/v1/patrons?barcode=P1").get_json()["items"][0]
    lent, deleted = at_once(
        lending(ready, "B1", "P1"), lambda: api.delete(f"/api/v1/patrons/{patron['id']}")
    )
    assert (lent.status_code, deleted.status_code) in {(201, 409), (409, 204)}
