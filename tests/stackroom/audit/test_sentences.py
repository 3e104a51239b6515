"""What was done, as an auditor reads it who does not know the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from stackroom.catalogue.models import Bib, Item, ItemType
from stackroom.circulation.models import CirculationRule, Loan, LoanPolicy
from stackroom.core import clock
from stackroom.core.actor import because
from stackroom.libraries.models import Library, ServicePoint, ShelvingLocation
from stackroom.patrons import service as patrons
from stackroom.patrons.models import Patron, PatronBlock
from stackroom.patrons.schemas import PatronIn
from stackroom.staff.models import Account, RoleGrant
from stackroom.testing.desk import Desk
from stackroom.testing.house import House

Entries = Callable[..., list[dict[str, Any]]]
Told = Callable[..., dict[str, Any]]
MARCH = datetime(2027, 3, 2, 12, tzinfo=UTC)


@contextmanager
def writing(house: House, reason: str = "", at: datetime = MARCH) -> Iterator[Session]:
    with clock.held_at(at), house.work() as session:
        if reason:
            because(reason)
        yield session


@pytest.fixture
def told(entries: Entries) -> Told:
    """The newest entry of a record."""

    def newest(subject_id: UUID, **filters: Any) -> dict[str, Any]:
        return entries(subject_id=subject_id, **filters)[0]

    return newest


def one(session: Session, model: type[Any], row_id: UUID) -> Any:
    return session.scalars(sa.select(model).where(model.id == row_id)).one()


@pytest.fixture
def loan(north: House) -> UUID:
    desk = Desk(north)
    desk.item("K1")
    desk.patron("P1")
    return UUID(desk.lend("K1", "P1").get_json()["id"])


class TestOneOrTwoFields:
    def test_a_due_date_is_told_by_its_days_and_the_reason(
        self, north: House, loan: UUID, told: Told
    ) -> None:
        with writing(north) as session:
            one(session, Loan, loan).due_at = datetime(2027, 3, 3, 22, 59, tzinfo=UTC)
        with writing(north, "patron ill") as session:
            one(session, Loan, loan).due_at = datetime(2027, 3, 10, 22, 59, tzinfo=UTC)
        entry = told(loan, action="loan.updated")
        assert entry["sentence"] == (
            "changed the due date of the loan “Title of K1 (K1)”"
            " from 3 March to 10 March: patron ill"
        )
        (change,) = entry["changes"]
        assert change["label"] == "due date"
        assert change["before"] == "2027-03-03T22:59:00Z"
        assert change["before_label"] == "3 March 2027, 23:59"  # Europe/Zurich
        assert change["detail"] == []

    def test_moments_of_other_years_and_hours_keep_them(
        self, north: House, loan: UUID, told: Told
    ) -> None:
        with writing(north) as session:
            one(session, Loan, loan).due_at = datetime(2027, 12, 31, 22, 59, tzinfo=UTC)
        with writing(north) as session:
            one(session, Loan, loan).due_at = datetime(2028, 1, 4, 9, 0, tzinfo=UTC)
        sentence = told(loan, action="loan.updated")["sentence"]
        assert sentence.endswith("from 31 December 2027, 23:59 to 4 January 2028, 10:00")

    def test_two_fields_are_told_whole(self, north: House, kind: UUID, told: Told) -> None:
        with writing(north) as session:
            row = one(session, ItemType, kind)
            row.code, row.name = "chart", "Chart"
        assert told(kind)["sentence"] == (
            "changed the code of the item type “Chart” from “x-map” to “chart”"
            " and the name from “Map” to “Chart”"
        )

    def test_what_is_set_or_cleared_is_told_so(self, north: House, told: Told) -> None:
        policy = uuid7()
        with writing(north) as session:
            session.add(LoanPolicy(id=policy, name="Short", item_limit=None, max_renewals=2))
        with writing(north) as session:
            row = one(session, LoanPolicy, policy)
            row.item_limit, row.max_renewals = 5, None
        assert told(policy)["sentence"] == (
            "set the most items on loan of the loan policy “Short” to 5"
            " and cleared the most renewals, which was 2"
        )

    def test_a_list_is_told_by_what_came_and_went(self, north: House, told: Told) -> None:
        bib = uuid7()
        with writing(north) as session:
            session.add(_bib(bib, subjects=["Love", "England"]))
        for subjects, said in (
            (["England", "Letters"], "added “Letters” to and removed “Love” from the subjects of"),
            (["Letters", "England"], "put the subjects of the title “Emma” in another order"),
            (["Letters"], "removed “England” from the subjects of the title “Emma”"),
        ):
            with writing(north) as session:
                one(session, Bib, bib).subjects = subjects
            assert said in told(bib)["sentence"]
        assert told(bib)["changes"][0]["detail"] == [
            {"label": "", "before": "England", "after": None}
        ]


class TestManyFields:
    def test_they_are_counted_and_named(self, north: House, told: Told) -> None:
        policy = uuid7()
        with writing(north) as session:
            session.add(LoanPolicy(id=policy, name="Short"))
        with writing(north, "council’s order") as session:
            row = one(session, LoanPolicy, policy)
            row.period_count, row.period_unit, row.max_renewals = 2, "days", 0
        assert told(policy)["sentence"] == (
            "changed 3 fields of the loan policy “Short”: length of the loan, unit of the length,"
            " most renewals: council’s order"
        )

    def test_what_repeats_other_fields_is_no_field_of_its_own(
        self, north: House, told: Told
    ) -> None:
        with north.work():
            given = {"name": "Maria Roth", "category": "adult", "barcode": "P7"}
            patron = patrons.create(PatronIn.model_validate(given)).id
        with writing(north) as session:
            row = one(session, Patron, patron)
            row.name, row.sort_name = "Maria Berg", "berg, maria"
        entry = told(patron, action="patron.updated")
        whom = entry["subject"]["label"]
        assert whom.startswith("Patron ")
        assert entry["sentence"] == f"changed the name of the patron “{whom}”"
        assert {change["field"] for change in entry["changes"]} == {"name", "sort_name"}


class TestValuesInWords:
    def test_states_choices_and_money(self, north: House, told: Told) -> None:
        Desk(north).item("B7", price_minor=1250)
        with writing(north) as session:
            item = session.scalars(sa.select(Item).where(Item.barcode == "B7")).one()
            item.price_minor, item.damaged = 1300, True
            item_id = item.id
        assert told(item_id)["sentence"] == (
            "changed the condition of the copy “B7” of the title “Title of B7”"
            " from sound to damaged and the price from 12.50 to 13.00"
        )

    def test_days_and_yes_or_no(self, north: House, told: Told) -> None:
        with north.work():
            given = {"name": "Maria Roth", "category": "adult", "barcode": "P7"}
            patron = patrons.create(PatronIn.model_validate(given)).id
        with writing(north) as session:
            row = one(session, Patron, patron)
            row.expires_on, row.keep_history = date(2026, 12, 31), True
        changes = {it["field"]: it for it in told(patron, action="patron.updated")["changes"]}
        assert changes["expires_on"]["label"] == "last day of the card"
        assert changes["expires_on"]["after_label"] == "31 December 2026"
        assert changes["keep_history"]["before_label"] == "no"
        assert changes["keep_history"]["after_label"] == "yes"

    def test_a_record_is_called_as_it_was_then_even_if_it_is_deleted(
        self, north: House, told: Told
    ) -> None:
        old, new, desk = uuid7(), uuid7(), uuid7()
        with writing(north) as session:
            session.add(Library(id=old, code="o", name="Old"))
            session.add(Library(id=new, code="n", name="New"))
            session.flush()
            session.add(ServicePoint(id=desk, name="Desk", library_id=old))
        with writing(north) as session:
            one(session, ServicePoint, desk).library_id = new
        with writing(north) as session:
            one(session, Library, new).name = "Newer"
            session.delete(one(session, Library, old))
        entry = told(desk)
        assert entry["sentence"] == (
            "changed the library of the desk “Desk” of the library “New” from “Old” to “New”"
        )
        assert entry["changes"][0]["before"] == str(old)

    def test_a_long_text_is_told_by_its_words(self, north: House, told: Told) -> None:
        edition = "Large print, made for the readers of the old people's home on the hill."
        bib = uuid7()
        with writing(north) as session:
            session.add(_bib(bib, edition=edition))
        with writing(north) as session:
            one(session, Bib, bib).edition = edition.replace("hill", "lake")
        (change,) = told(bib)["changes"]
        differing = [it for it in change["detail"] if it["before"] != it["after"]]
        assert differing == [{"label": "", "before": "hill", "after": "lake"}]


class TestParts:
    """A record that belongs to another names it."""

    def test_a_role_names_the_person(self, north: House, told: Told) -> None:
        with north.work() as session:
            account = session.scalars(
                sa.select(Account).where(Account.email == north.email("librarian"))
            ).one()
            grant = RoleGrant(id=uuid7(), role="cataloguer")
            account.grants.append(grant)
            granted, name, account_id = grant.id, account.name, account.id
        assert told(granted)["sentence"] == f"added the role “cataloguer” to the account “{name}”"
        with north.work() as session:
            session.delete(one(session, RoleGrant, granted))
        entry = told(granted)
        assert entry["sentence"] == f"removed the role “cataloguer” from the account “{name}”"
        page = north.api("auditor").get(f"/audit/{entry['id']}").text
        assert f'href="/staff/{account_id}"' in page  # the role is gone, the person is not

    def test_a_block_names_the_patron(self, north: House, told: Told) -> None:
        block = uuid7()
        with north.work() as session:
            given = {"name": "Maria Roth", "category": "adult", "barcode": "P7"}
            patron = patrons.create(PatronIn.model_validate(given)).id
            session.flush()
            session.add(PatronBlock(id=block, patron_id=patron, stops=["borrow"], reason="Lost"))
        entry = told(block)
        whom = entry["subject"]["label"]
        assert whom.startswith("Patron ")
        assert entry["sentence"] == f"added the block to the patron “{whom}”"

    def test_a_rule_has_no_name_but_that_of_its_policy(self, north: House, told: Told) -> None:
        policy, rule = uuid7(), uuid7()
        with writing(north) as session:
            session.add(LoanPolicy(id=policy, name="Short"))
            session.flush()
            session.add(CirculationRule(id=rule, loan_policy_id=policy))
        assert told(rule)["sentence"] == "added the circulation rule to the loan policy “Short”"


def test_the_name_the_roles_and_the_right_are_those_of_then(
    north: House, loan: UUID, told: Told
) -> None:
    with north.work("admin"):
        account = north.account("librarian")
        then, account.name = account.name, "Anna Married"
        account.grants[0].role = "manager"
    entry = told(loan, action="loan.created")
    assert entry["actor"]["label"] == then
    assert entry["roles"] == ["librarian"]
    assert entry["by_right"] == "loans.write"
    page = north.api("auditor").get(f"/audit/{entry['id']}")
    assert f"{then} (librarian) created the loan" in unescape(page.text)
    assert "lend, renew and take back (loans.write)" in page.text


def test_the_number_of_statements_does_not_grow_with_references_and_parents(
    north: House, entries: Entries
) -> None:
    with north.work() as session:
        for number in range(20):
            library = Library(code=str(number), name=f"Branch {number}")
            session.add(library)
            session.flush()
            session.add(ServicePoint(name="Desk", library_id=library.id))
            session.add(ShelvingLocation(name="A", code="a", library_id=library.id))
    counts = []
    for per_page in (2, 30):
        with statements(north) as seen:
            entries(action="service_point.created", per_page=per_page)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def _bib(bib: UUID, **fields: Any) -> Bib:
    marc = {"leader": "00000nam a2200000 a 4500", "fields": []}
    return Bib(id=bib, title="Emma", sort_title="emma", marc=marc, **fields)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Collects the SQL that reads the trail inside, and not what the edge looks up at times."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "audit_" in statement or "_version" in statement:
            seen.append(statement)

    sa.event.listen(house.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(house.engine, "before_cursor_execute", note)
