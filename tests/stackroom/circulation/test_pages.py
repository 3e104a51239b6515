"""The pages of the desk: drawn for whoever may see them."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.core import clock
from stackroom.patrons.models import Patron
from stackroom.testing.desk import Desk
from stackroom.testing.house import House
from stackroom.testing.visitor import visit


def patron_path(desk: Desk) -> str:
    with desk.changing_patron() as patron:
        return f"/patrons/{patron.id}"


def test_the_desk_mounts_its_island_in_the_librarys_time(ready: Desk) -> None:
    page = visit(ready.house, "librarian").get("/desk")
    assert page.status_code == 200, page.text
    assert 'data-island="desk"' in page.text
    assert "Europe/Zurich" in page.text


@pytest.mark.parametrize("role", ["auditor", "patron"])
def test_the_desk_is_for_those_who_lend(north: House, role: str) -> None:
    visitor = visit(north, role)
    assert visitor.get("/desk").status_code == 403
    assert 'href="/desk"' not in visitor.get("/start").text


def test_overdue_loans_are_listed_with_their_reader(ready: Desk) -> None:
    with clock.held_at(datetime(2026, 3, 28, 9, tzinfo=UTC)):
        ready.lend()
    page = visit(ready.house, "auditor").get("/loans?status=overdue")
    assert "Title of B1" in page.text
    assert "Reader P1" in page.text
    assert "Sat 18 Apr 2026, 23:59" in page.text


def test_an_empty_list_of_loans_says_what_to_do(north: House) -> None:
    assert "Open the desk" in visit(north, "librarian").get("/loans").text


def test_a_patrons_page_shows_card_loans_and_blocks(ready: Desk) -> None:
    ready.lend()
    visitor = visit(ready.house, "librarian")
    path = patron_path(ready)
    visitor.get(f"{path}/blocks/new")
    blocked = visitor.post(f"{path}/blocks/new", {"reason": "lost <card>", "stops": ["borrow"]})
    assert blocked.status_code == 303
    page = visitor.get(path).text
    assert "Title of B1" in page
    assert "lost &lt;card&gt;" in page
    assert "Blocked" in page


def test_looking_at_a_patron_is_told_to_the_auditors(ready: Desk) -> None:
    visit(ready.house, "librarian").get(patron_path(ready))
    told = ready.pseudonym()
    with ready.house.work("auditor") as session:
        seen = sa.select(AuditEntry.subject_label).where(AuditEntry.action == "patron.viewed")
        assert session.scalars(seen).all() == [told]


def test_a_patron_with_loans_is_kept_and_the_page_says_why(ready: Desk) -> None:
    ready.lend()
    visitor = visit(ready.house, "librarian")
    refused = visitor.post(f"{patron_path(ready)}/delete")
    assert refused.status_code == 409
    assert "check them in first" in refused.text


def test_a_patron_is_deleted_from_their_page(ready: Desk) -> None:
    visitor = visit(ready.house, "librarian")
    path = patron_path(ready)
    assert visitor.post(f"{path}/delete").status_code == 303
    assert "Deleted" in visitor.get(path).text
    assert visitor.post(f"{path}/delete").status_code == 409


def test_a_reader_sees_their_own_loans_only(ready: Desk) -> None:
    ready.item("B2")
    ready.patron("P2")
    ready.lend("B1", "P1")
    ready.lend("B2", "P2")
    with ready.house.work("admin") as session:
        mine = session.scalars(sa.select(Patron).where(Patron.barcode == "P1")).one()
        mine.account_id = ready.house.account("patron").id
    visitor = visit(ready.house, "patron")
    page = visitor.get("/me/loans").text
    assert "Title of B1" in page
    assert "Title of B2" not in page
    assert visitor.get("/loans").status_code == 403
    assert visitor.get(patron_path(ready)).status_code == 403


def test_a_sign_in_without_a_card_is_told_so(north: House) -> None:
    assert "Ask at the desk" in visit(north, "patron").get("/me/loans").text


def test_another_organisations_patron_has_no_page(ready: Desk, harbour: House) -> None:
    assert visit(harbour, "librarian").get(patron_path(ready)).status_code == 404
