"""The circulation desk of a house: things to lend, people to lend to, and a librarian's API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from stackroom.audit.personal import key_of_patron
from stackroom.catalogue.models import Item, ItemStatus
from stackroom.circulation.models import Loan, LoanStatus
from stackroom.libraries.models import Library
from stackroom.patrons import service as patrons
from stackroom.patrons.models import Patron
from stackroom.patrons.schemas import PatronIn
from stackroom.testing.furnish import add_bib, add_item
from stackroom.testing.house import House


@dataclass
class Desk:
    house: House

    def item(self, barcode: str = "B1", *, library: str = "", **fields: Any) -> str:
        """`library`: the code of the branch it belongs to; else the main library."""
        with self.house.work() as session:
            item = add_item(add_bib(f"Title of {barcode}"), barcode, **fields)
            if library:
                home = sa.select(Library.id).where(Library.code == library)
                item.holdings.library_id = session.scalars(home).one()
        return barcode

    def patron(self, barcode: str = "P1", **fields: Any) -> str:
        given = {"name": f"Reader {barcode}", "category": "adult", "barcode": barcode} | fields
        with self.house.work():
            patrons.create(PatronIn.model_validate(given))
        return barcode

    def pseudonym(self, barcode: str = "P1") -> str:
        """As the trail calls this patron."""
        with self.house.work() as session:
            patron_id = session.scalars(sa.select(Patron.id).where(Patron.barcode == barcode)).one()
            key = key_of_patron(patron_id)
        assert key
        return key.name

    def branch(self, code: str, timezone: str = "Europe/Zurich") -> str:
        with self.house.work("admin") as session:
            session.add(Library(code=code, name=code.title(), timezone=timezone))
        return code

    def lend(self, item: str = "B1", patron: str = "P1", **more: Any) -> TestResponse:
        body = {"item_barcode": item, "patron_barcode": patron, **more}
        return self.house.api("librarian").post("/api/v1/loans", json=body)

    def renew(self, loan_id: str, **more: Any) -> TestResponse:
        return self.house.api("librarian").post(f"/api/v1/loans/{loan_id}/renewals", json=more)

    def take_back(self, item: str = "B1", **more: Any) -> TestResponse:
        body = {"item_barcode": item, **more}
        return self.house.api("librarian").post("/api/v1/returns", json=body)

    def status(self, barcode: str = "B1") -> ItemStatus:
        with self.house.work() as session:
            return session.scalars(sa.select(Item.status).where(Item.barcode == barcode)).one()

    def open_loans(self) -> int:
        with self.house.work() as session:
            open_ones = sa.select(sa.func.count(Loan.id)).where(Loan.status == LoanStatus.OPEN)
            return session.scalars(open_ones).one()

    @contextmanager
    def changing_item(self, barcode: str = "B1") -> Iterator[Item]:
        with self.house.work() as session:
            yield session.scalars(sa.select(Item).where(Item.barcode == barcode)).one()

    @contextmanager
    def changing_patron(self, barcode: str = "P1") -> Iterator[Patron]:
        with self.house.work() as session:
            yield session.scalars(sa.select(Patron).where(Patron.barcode == barcode)).one()
