"""Title records: their fields, their MARC, and the words they are found by."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pymarc import Record
from sqlalchemy.exc import IntegrityError

from stackroom.catalogue.columns import columns_of
from stackroom.catalogue.editing import Edits, blank, edit
from stackroom.catalogue.errors import BibHasItems, ControlNumberTaken
from stackroom.catalogue.index import index
from stackroom.catalogue.marc import InvalidMarcJson, MarcJson, TitleMissing, from_json
from stackroom.catalogue.models import Bib, Holdings, Item
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound


def bib(bib_id: UUID) -> Bib:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(Bib).where(Bib.id == bib_id))
    if found is None:
        raise NotFound
    return found


def count() -> int:
    """Records, suppressed ones too."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Bib)) or 0


def create(edits: Edits, *, marc: MarcJson | None = None, suppressed: bool = False) -> Bib:
    """Add a title from fields, from MARC-in-JSON, or from MARC with fields written into it.

    Raises Invalid (marc, title) or ControlNumberTaken.
    """
    record = _record(marc) if marc is not None else blank(clock.now().date())
    edit(record, edits)
    made = Bib(suppressed=suppressed, **_columns(record, "marc" if marc else "title"))
    db.session.add(made)
    _keep(made)
    return made


def change(
    bib: Bib, edits: Edits, *, marc: MarcJson | None = None, suppressed: bool | None = None
) -> Bib:
    """Write fields into the title's MARC, which keeps everything else; or replace the MARC first.

    Raises Invalid (marc, title) or ControlNumberTaken.
    """
    record = _record(marc if marc is not None else bib.marc)
    edit(record, edits)
    for name, value in _columns(record, "marc" if marc else "title").items():
        setattr(bib, name, value)
    if suppressed is not None:
        bib.suppressed = suppressed
    _keep(bib)
    return bib


def delete(bib: Bib) -> None:
    """Raises BibHasItems."""
    if db.session.scalar(sa.select(Item.id).where(Item.bib_id == bib.id).limit(1)):
        raise BibHasItems
    for holdings in db.session.scalars(sa.select(Holdings).where(Holdings.bib_id == bib.id)):
        db.session.delete(holdings)
    db.session.delete(bib)


def _record(marc: Mapping[str, Any]) -> Record:
    try:
        return from_json(marc)
    except InvalidMarcJson as error:
        raise Invalid.field("marc", str(error)) from None


def _columns(record: Record, field: str) -> dict[str, Any]:
    try:
        return columns_of(record)
    except TitleMissing:
        raise Invalid.field(field, "Give the title; in MARC it stands in 245 $a.") from None


def _keep(bib: Bib) -> None:
    try:
        db.session.flush()  # the index refers to the row, and the database knows its number
    except IntegrityError:
        raise ControlNumberTaken from None
    index([bib])
