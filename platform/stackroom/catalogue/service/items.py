"""Copies, and the holdings that are made for them as they need a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from stackroom.catalogue.errors import BarcodeTaken, ItemHasHistory, ItemInUse
from stackroom.catalogue.models import Bib, Holdings, Item, ItemStatus
from stackroom.catalogue.permissions import ITEMS_WRITE
from stackroom.catalogue.service.item_types import DEFAULT, item_type
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.permissions import demand_at
from stackroom.libraries.models import Library, ShelvingLocation
from stackroom.libraries.service import main_library
from stackroom.plans import headroom
from stackroom.plans.registry import Measure

INITIAL = (ItemStatus.AVAILABLE, ItemStatus.IN_PROCESS, ItemStatus.ON_ORDER)
DELETABLE = frozenset(INITIAL) | {ItemStatus.MISSING, ItemStatus.WITHDRAWN, ItemStatus.LOST_PAID}
"""Nobody has it, nobody waits for it, and no loan of it is open (DOMAIN 4.3, 4.4)."""


class ItemEdits(TypedDict, total=False):
    """What a form may change of a copy. Its status is not among it: circulation writes that."""

    barcode: str
    item_type: str
    library: str
    location: str
    call_number: str
    copy_number: str
    damaged: bool
    not_for_loan: str
    restricted: bool
    suppressed: bool
    price_minor: int | None


@dataclass(frozen=True, slots=True)
class Place:
    library: Library
    location: ShelvingLocation | None
    call_number: str


def item(item_id: UUID) -> Item:
    """Raises NotFound."""
    return _only(Item.id == item_id)


def items(query: PageQuery, *, bib_id: UUID | None = None, barcode: str = "") -> Page[Item]:
    found = _with_place(sa.select(Item)).order_by(Item.barcode, Item.id)
    if bib_id is not None:
        found = found.where(Item.bib_id == bib_id)
    if barcode:
        found = found.where(Item.barcode == barcode)
    return paginate(db.session(), found, query)


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Item)) or 0


def items_of(bib: Bib, *, shows_suppressed: bool) -> list[Item]:
    """The copies of a title, by place."""
    found = _with_place(sa.select(Item)).where(Item.bib_id == bib.id)
    if not shows_suppressed:
        found = found.where(~Item.suppressed)
    return list(db.session.scalars(found.order_by(Item.holdings_id, Item.barcode, Item.id)))


def create(bib: Bib, edits: ItemEdits, *, status: ItemStatus = ItemStatus.AVAILABLE) -> Item:
    """Add a copy; of where it stands, what is left out is the main library's first shelf.

    Raises Invalid (item_type, library, location, status), PermissionDenied at that library,
    PlanLimitReached or BarcodeTaken.
    """
    if status not in INITIAL:
        raise Invalid.field("status", f"A new copy is one of {', '.join(INITIAL)}.")
    kind = item_type(edits.get("item_type", DEFAULT))
    place = _place(edits, None)
    _demand(place.library)
    headroom.require(Measure.ITEMS, adding=1)
    holdings = _holdings(bib.id, place)
    made = Item(bib_id=bib.id, status=status, item_type_id=kind.id, item_type=kind)
    made.holdings = holdings
    _write(made, edits)
    db.session.add(made)
    _keep()
    return made


def change(item: Item, edits: ItemEdits) -> Item:
    """Raises Invalid (item_type, library, location), PermissionDenied at the library it leaves or
    comes to, or BarcodeTaken."""
    left = item.holdings
    place = _place(edits, left)
    _demand(left.library)
    _demand(place.library)
    kind = item_type(edits["item_type"]) if "item_type" in edits else item.item_type
    item.holdings = _holdings(item.bib_id, place)
    item.item_type_id, item.item_type = kind.id, kind
    _write(item, edits)
    _keep()
    if left is not item.holdings:
        _delete_empty(left)
    return item


def delete(item: Item) -> None:
    """Raises PermissionDenied at its library, ItemInUse, or ItemHasHistory for a copy that was
    ever lent."""
    _demand(item.holdings.library)
    if item.status not in DELETABLE:
        state = item.status.replace("_", " ")
        raise ItemInUse(f"The copy is {state}: only one that is on its shelf can be deleted.")
    holdings = item.holdings
    db.session.delete(item)
    try:
        db.session.flush()  # the database knows what refers to it
    except IntegrityError:
        raise ItemHasHistory from None
    _delete_empty(holdings)


def make_room(adding: int) -> None:
    """For copies that come back. Raises PlanLimitReached."""
    headroom.require(Measure.ITEMS, adding=adding)


def must_stay(rows: Sequence[Any]) -> dict[UUID, str]:
    """Of copies about to be deleted together, those that somebody has or waits for."""
    return {
        row.id: f"The copy {row.barcode} is {row.status.replace('_', ' ')}."
        for row in rows
        if row.status not in DELETABLE
    }


def _demand(library: Library) -> None:
    demand_at(ITEMS_WRITE, library.id, library.name)


def places() -> list[tuple[str, str]]:
    """Where a copy can stand: `library/location` in codes, and in words."""
    rows = db.session.execute(
        sa.select(Library.code, Library.name, ShelvingLocation.code, ShelvingLocation.name)
        .outerjoin(ShelvingLocation, ShelvingLocation.library_id == Library.id)
        .order_by(Library.id, ShelvingLocation.id)
    )
    return [
        (f"{library}/{location or ''}", f"{library_name}, {name}" if name else library_name)
        for library, library_name, location, name in rows
    ]


def _only(condition: sa.ColumnElement[bool]) -> Item:
    found = db.session.scalar(_with_place(sa.select(Item)).where(condition))
    if found is None:
        raise NotFound
    return found


def _with_place(statement: sa.Select[Item]) -> sa.Select[Item]:
    """What an answer shows beside the copy, in the same statement."""
    place = joinedload(Item.holdings, innerjoin=True)
    return statement.options(
        joinedload(Item.item_type, innerjoin=True),
        place.joinedload(Holdings.library, innerjoin=True),
        place.joinedload(Holdings.location),
    )


def _write(item: Item, edits: ItemEdits) -> None:
    for name in _PLAIN & edits.keys():
        setattr(item, name, edits[name])  # type: ignore[literal-required]


_PLAIN = frozenset(
    "barcode copy_number damaged not_for_loan restricted suppressed price_minor".split()
)


def _keep() -> None:
    try:
        db.session.flush()  # the database decides whether the barcode is free
    except IntegrityError:
        raise BarcodeTaken from None


def _place(edits: ItemEdits, present: Holdings | None) -> Place:
    """Where the edits put the copy; a new library begins at its first shelf."""
    moves = "library" in edits and (present is None or edits["library"] != present.library.code)
    if present is None or moves:
        library = _library(edits["library"]) if "library" in edits else main_library()
        location = _first_location(library)
    else:
        library, location = present.library, present.location
    if "location" in edits:
        location = _location(library, edits["location"]) if edits["location"] else None
    call_number = edits.get("call_number", present.call_number if present else "")
    return Place(library, location, call_number)


def _library(code: str) -> Library:
    found = db.session.scalar(sa.select(Library).where(Library.code == code))
    if found is None:
        raise Invalid.field("library", f"There is no library “{code}” in this organisation.")
    return found


def _first_location(library: Library) -> ShelvingLocation | None:
    return db.session.scalar(
        sa.select(ShelvingLocation)
        .where(ShelvingLocation.library_id == library.id)
        .order_by(ShelvingLocation.id)
        .limit(1)
    )


def _location(library: Library, code: str) -> ShelvingLocation:
    found = db.session.scalar(
        sa.select(ShelvingLocation).where(
            ShelvingLocation.library_id == library.id, ShelvingLocation.code == code
        )
    )
    if found is None:
        raise Invalid.field("location", f"{library.name} has no location “{code}”.")
    return found


def _holdings(bib_id: UUID, place: Place) -> Holdings:
    """Those of that place, made where there are none."""
    location_id = place.location.id if place.location else None
    found = db.session.scalar(
        sa.select(Holdings)
        .where(
            Holdings.bib_id == bib_id,
            Holdings.library_id == place.library.id,
            Holdings.location_id.is_not_distinct_from(location_id),
            Holdings.call_number == place.call_number,
        )
        .order_by(Holdings.id)
        .limit(1)
    )
    return found or Holdings(
        bib_id=bib_id,
        library_id=place.library.id,
        library=place.library,
        location_id=location_id,
        location=place.location,
        call_number=place.call_number,
    )


def _delete_empty(holdings: Holdings) -> None:
    if not db.session.scalar(sa.select(Item.id).where(Item.holdings_id == holdings.id).limit(1)):
        db.session.delete(holdings)
