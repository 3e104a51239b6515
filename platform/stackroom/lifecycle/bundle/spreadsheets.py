"""Patrons, items and loans for people with a spreadsheet: ids spelled out as names and barcodes."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.catalogue.models import Bib, Holdings, Item, ItemType
from stackroom.circulation.models import Loan
from stackroom.core.canonical import instant
from stackroom.core.spreadsheets import BOM, harmless, line
from stackroom.libraries.models import Library, ShelvingLocation
from stackroom.lifecycle.bundle.pages import pages
from stackroom.patrons.models import Patron, PatronCategory

PATRONS = (
    sa.select(
        Patron.id, Patron.barcode, Patron.name, Patron.email, Patron.phone,
        PatronCategory.name.label("category"), Library.name.label("home_library"), Patron.status,
        Patron.expires_on, Patron.created_at, Patron.note,
    )
    .join(PatronCategory, PatronCategory.id == Patron.category_id)
    .join(Library, Library.id == Patron.home_library_id)
)  # fmt: skip
ITEMS = (
    sa.select(
        Item.id, Item.barcode, Bib.title, Bib.author, Bib.control_number,
        ItemType.name.label("item_type"), Library.name.label("library"),
        ShelvingLocation.name.label("location"), Holdings.call_number, Item.copy_number,
        Item.status, Item.price_minor, Item.bib_id,
    )
    .join(Bib, Bib.id == Item.bib_id)
    .join(ItemType, ItemType.id == Item.item_type_id)
    .join(Holdings, Holdings.id == Item.holdings_id)
    .join(Library, Library.id == Holdings.library_id)
    .outerjoin(ShelvingLocation, ShelvingLocation.id == Holdings.location_id)
)  # fmt: skip
LOANS = (
    sa.select(
        Loan.id, Item.barcode.label("item"), Bib.title, Patron.barcode.label("patron"),
        Library.name.label("library"), Loan.status, Loan.out_at, Loan.due_at, Loan.returned_at,
        Loan.renewal_count,
    )
    .join(Item, Item.id == Loan.item_id)
    .join(Bib, Bib.id == Item.bib_id)
    .join(Library, Library.id == Loan.library_id)
    .outerjoin(Patron, Patron.id == Loan.patron_id)
)  # fmt: skip
SHEETS = {"patrons": (PATRONS, Patron.id), "items": (ITEMS, Item.id), "loans": (LOANS, Loan.id)}


def lines(session: Session, name: str) -> Iterator[bytes]:
    """Headed by the names of its columns."""
    statement, key = SHEETS[name]
    yield (BOM + line(statement.selected_columns.keys())).encode()
    for row in pages(session, statement, key):
        yield line([_cell(value) for value in row]).encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case str():
            return harmless(value)
        case _:
            return str(value)
