"""Who looks at patrons is told to the auditors: once an hour for each reader and patron."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.core import clock
from stackroom.core.database import owe, transaction
from stackroom.core.errors import NotFound
from stackroom.testing.desk import Desk
from stackroom.testing.house import House
from stackroom.testing.visitor import visit

NOON = datetime(2026, 3, 28, 12, 10, tzinfo=UTC)


@pytest.fixture
def ready(north: House) -> Desk:
    desk = Desk(north)
    desk.item()
    desk.patron()
    return desk


def patron_id(desk: Desk, barcode: str = "P1") -> str:
    with desk.changing_patron(barcode) as found:
        return str(found.id)


def seen(desk: Desk, action: str) -> list[tuple[str, str]]:
    """Who saw whom, in order."""
    with desk.house.work("auditor") as session:
        rows = session.execute(
            sa.select(AuditTransaction.actor_label, AuditEntry.subject_label)
            .join(AuditTransaction, AuditTransaction.id == AuditEntry.transaction_id)
            .where(AuditEntry.action == action)
            .order_by(AuditEntry.transaction_id, AuditEntry.position)
        )
        return [(actor.split()[0], subject) for actor, subject in rows]


def test_once_an_hour_for_each_reader(ready: Desk) -> None:
    path = f"/api/v1/patrons/{patron_id(ready)}"
    librarian, auditor = ready.house.api("librarian"), ready.house.api("auditor")
    told = ready.pseudonym()
    with clock.held_at(NOON):
        for _ in range(3):
            assert librarian.get(path).status_code == 200
        auditor.get(path)
    with clock.held_at(NOON + timedelta(minutes=49)):
        librarian.get(path)
    assert seen(ready, "patron.viewed") == [("Librarian", told), ("Auditor", told)]
    with clock.held_at(NOON + timedelta(minutes=50)):
        librarian.get(path)
    assert seen(ready, "patron.viewed")[2:] == [("Librarian", told)]


READS: dict[str, tuple[str, str]] = {
    "a list": ("/api/v1/patrons", "patron.listed"),
    "a search": ("/api/v1/patrons?q=reader", "patron.listed"),
    "a card at the desk": ("/api/v1/patrons?barcode=P1", "patron.listed"),
    "loans": ("/api/v1/loans?status=open", "patron.listed"),
    "a loan": ("/api/v1/loans/{loan}", "patron.listed"),
    "a record": ("/api/v1/patrons/{patron}", "patron.viewed"),
}
PAGES = {
    "/patrons": "patron.listed",
    "/loans": "patron.listed",
    "/patrons/{patron}": "patron.viewed",
    "/patrons/{patron}/edit": "patron.viewed",
    "/patrons/{patron}/blocks/new": "patron.viewed",
    "/patrons/{patron}/sign-in": "patron.viewed",
}


@pytest.mark.parametrize("what", READS)
def test_every_read_of_the_api_is_told(ready: Desk, what: str) -> None:
    path, action = READS[what]
    loan = ready.lend().get_json()["id"]
    path = path.format(loan=loan, patron=patron_id(ready))
    assert ready.house.api("librarian").get(path).status_code == 200
    assert seen(ready, action) == [("Librarian", ready.pseudonym())]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_told(ready: Desk, path: str) -> None:
    ready.lend()
    page = visit(ready.house, "librarian").get(path.format(patron=patron_id(ready)))
    assert page.status_code == 200
    assert seen(ready, PAGES[path]) == [("Librarian", ready.pseudonym())]


def test_what_a_decision_says_of_a_patron_is_a_look(ready: Desk) -> None:
    ready.lend(dry_run=True)
    assert seen(ready, "patron.viewed") == [("Librarian", ready.pseudonym())]


def test_a_refused_loan_tells_of_the_patron_and_so_does_the_trail(ready: Desk) -> None:
    refused = ready.lend("B-unknown")
    assert refused.status_code == 409
    assert seen(ready, "patron.viewed") == [("Librarian", ready.pseudonym())]


def test_nobody_found_is_nobody_seen(ready: Desk) -> None:
    ready.house.api("librarian").get("/api/v1/patrons?q=nobody")
    assert seen(ready, "patron.listed") == []


def test_a_list_tells_of_each_patron_once(ready: Desk) -> None:
    ready.patron("P2")
    api = ready.house.api("librarian")
    api.get("/api/v1/patrons?barcode=P1")
    api.get("/api/v1/patrons")
    assert [subject for _, subject in seen(ready, "patron.listed")] == [
        ready.pseudonym("P1"),
        ready.pseudonym("P2"),
    ]


def test_readers_at_the_same_moment_leave_one_event(ready: Desk) -> None:
    path = f"/api/v1/patrons/{patron_id(ready)}"
    api = ready.house.api("librarian")
    answers: list[int] = []
    threads = [Thread(target=lambda: answers.append(api.get(path).status_code)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert len(seen(ready, "patron.viewed")) == 1


def test_what_is_owed_is_written_after_a_refusal_too(ready: Desk) -> None:
    written: list[str] = []

    def refused() -> None:
        with transaction():
            owe(lambda: written.append("yes"))
            raise NotFound

    with ready.house.app.app_context(), pytest.raises(NotFound):
        refused()
    assert written == ["yes"]


def test_a_read_that_cannot_be_written_down_is_not_answered(ready: Desk) -> None:
    def broken() -> None:
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    with pytest.raises(OperationalError), ready.house.work():
        owe(broken)
