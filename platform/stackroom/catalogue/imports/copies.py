"""The copies that a record brings: matched by barcode, which is unique in an organisation."""

import re
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from stackroom.audit import bulk
from stackroom.catalogue.imports.places import Place, Places
from stackroom.catalogue.imports.preparing import Candidate
from stackroom.catalogue.imports.rows import Row, rows_by, slices
from stackroom.catalogue.marc import ItemFields
from stackroom.catalogue.models import Holdings, Item
from stackroom.plans import headroom
from stackroom.plans.registry import Measure

_LONGEST_BARCODE = 80
_LONGEST_CALL_NUMBER = 200
_LONGEST_COPY_NUMBER = 40
_PRICE = re.compile(r"(?<!\d)(?P<whole>\d{1,7})(?:[.,](?P<part>\d{2}))?(?!\d)")


class Copies:
    """The copies that one chunk may meet; `take` decides in memory, `write` writes them all."""

    def __init__(
        self, session: Session, candidates: list[Candidate], bibs: set[UUID], promised: int
    ) -> None:
        """`promised` of the plan's room is for copies that are not written yet."""
        self._session = session
        self._new: dict[UUID, Row] = {}
        self._changed: dict[UUID, Row] = {}
        self._new_holdings: list[Row] = []
        self._told: set[str] = set()
        self._room: int | None = None
        barcodes = barcodes_of(candidates)
        if not barcodes:
            return  # most files bring none, and then nothing here is asked
        self._places = Places(session)
        known = rows_by(session, Item, Item.barcode, barcodes)
        self._items = {row["barcode"]: row for row in known}
        if strangers := len(barcodes - self._items.keys()):
            room = headroom.room(Measure.ITEMS, wanted=strangers + promised)
            self._room = None if room is None else room - promised
        self._holdings: dict[tuple[UUID, Place], UUID] = {}
        self._place_of: dict[UUID, Place] = {}
        for row in rows_by(session, Holdings, Holdings.bib_id, bibs):
            self._know(row)

    def fit(self, candidate: Candidate) -> bool:
        """Whether the plan has room for all copies that this record would add."""
        if self._room is None:
            return True
        added = {copy.barcode for copy in candidate.copies if self._is_new(copy)}
        return len(self._new) + len(added) <= self._room

    def take(self, bib_id: UUID, candidate: Candidate) -> bool:
        """Whether a copy was added or changed."""
        by_barcode = {copy.barcode: copy for copy in reversed(candidate.copies)}
        if len(by_barcode) < len(candidate.copies):
            candidate.warn("barcode_repeated", "A barcode stands twice in it; that is one copy.")
        took = [self._take(bib_id, copy, candidate) for copy in reversed(by_barcode.values())]
        return any(took)

    def write(self) -> None:
        if self._room is not None:
            headroom.require(Measure.ITEMS, adding=len(self._new))
        bulk.insert(self._session, Holdings, self._new_holdings)
        bulk.insert(self._session, Item, self._new.values())
        bulk.update(self._session, Item, self._changed.values())

    def _is_new(self, copy: ItemFields) -> bool:
        return copy.barcode not in self._items and len(copy.barcode) <= _LONGEST_BARCODE

    def _take(self, bib_id: UUID, copy: ItemFields, candidate: Candidate) -> bool:
        present = self._items.get(copy.barcode)
        if present and present["bib_id"] != bib_id:
            candidate.warn(
                "barcode_taken", f"The barcode {copy.barcode} is on a copy of another title."
            )
            return False
        if len(copy.barcode) > _LONGEST_BARCODE:
            candidate.warn(
                "barcode_too_long",
                f"The barcode {copy.barcode[:20]}… has over {_LONGEST_BARCODE} characters.",
            )
            return False
        if present:
            return self._change(present, copy, candidate)
        return self._add(bib_id, copy, candidate)

    def _add(self, bib_id: UUID, copy: ItemFields, candidate: Candidate) -> bool:
        place = Place(self._places.main_library, None, "")
        item_type = self._item_type(copy, candidate) or self._places.usual_type
        if item_type is None:
            self._tell(candidate, "item_type_missing", "Add an item type first, then import again.")
            return False
        row = {
            "id": uuid7(),
            "bib_id": bib_id,
            "barcode": copy.barcode,
            "item_type_id": item_type,
            **self._values(bib_id, copy, place, candidate),
        }
        self._items[copy.barcode] = self._new[row["id"]] = row
        return True

    def _change(self, present: Row, copy: ItemFields, candidate: Candidate) -> bool:
        """What the file does not say stays as it is; the status is not the file's business."""
        place = self._place_of[present["holdings_id"]]
        values = self._values(present["bib_id"], copy, place, candidate)
        if item_type := self._item_type(copy, candidate):
            values["item_type_id"] = item_type
        if all(present.get(name) == value for name, value in values.items()):
            return False
        present.update(values)
        if present["id"] not in self._new:
            self._changed[present["id"]] = present
        return True

    def _values(
        self, bib_id: UUID, copy: ItemFields, place: Place, candidate: Candidate
    ) -> dict[str, Any]:
        values: dict[str, Any] = {
            "holdings_id": self._holdings_at(bib_id, self._place(copy, place, candidate))
        }
        if number := " ".join(filter(None, (copy.volume, copy.copy))):
            values["copy_number"] = number[:_LONGEST_COPY_NUMBER]
        if (price := price_minor(copy.price)) is not None:
            values["price_minor"] = price
        return values

    def _place(self, copy: ItemFields, usual: Place, candidate: Candidate) -> Place:
        library = self._places.library(copy.library)
        if copy.library and not library:
            message = f"No library is called “{copy.library}”; the copy is in the main library."
            self._tell(candidate, "library_unknown", message)
        library = library or usual.library_id
        location = self._places.location(library, copy.location)
        if copy.location and not location:
            message = f"No shelving location is called “{copy.location}”; add it, import again."
            self._tell(candidate, "location_unknown", message)
        if not location and library == usual.library_id:
            location = usual.location_id
        call_number = (copy.call_number or usual.call_number)[:_LONGEST_CALL_NUMBER]
        return Place(library, location, call_number)

    def _item_type(self, copy: ItemFields, candidate: Candidate) -> UUID | None:
        found = self._places.item_type(copy.item_type)
        if copy.item_type and not found:
            message = f"No item type is called “{copy.item_type}”; add it, import again."
            self._tell(candidate, "item_type_unknown", message)
        return found

    def _holdings_at(self, bib_id: UUID, place: Place) -> UUID:
        if (found := self._holdings.get((bib_id, place))) is not None:
            return found
        id_ = uuid7()
        row = {
            "id": id_,
            "bib_id": bib_id,
            "library_id": place.library_id,
            "location_id": place.location_id,
            "call_number": place.call_number,
        }
        self._new_holdings.append(row)
        self._know(row)
        return id_

    def _know(self, row: Row) -> None:
        place = Place(row["library_id"], row["location_id"], row["call_number"])
        self._holdings[row["bib_id"], place] = row["id"]
        self._place_of[row["id"]] = place

    def _tell(self, candidate: Candidate, code: str, message: str) -> None:
        """Once in a chunk: a thousand copies on an unknown shelf are one fact."""
        if message not in self._told:
            self._told.add(message)
            candidate.warn(code, message)


def barcodes_of(candidates: list[Candidate]) -> set[str]:
    return {copy.barcode for candidate in candidates for copy in candidate.copies}


def count_present(session: Session, candidates: list[Candidate]) -> int:
    """How many of their copies the catalogue has."""
    return sum(
        len(session.scalars(sa.select(Item.id).where(Item.barcode.in_(some))).all())
        for some in slices(barcodes_of(candidates))
    )


def price_minor(text: str | None) -> int | None:
    """Of "$12.50" and "12,50 EUR" 1250; None where no price can be read."""
    found = _PRICE.search(text or "")
    return int(found["whole"]) * 100 + int(found["part"] or 0) if found else None
