"""Kinds of copies, which circulation rules distinguish."""

import sqlalchemy as sa

from stackroom.catalogue.models import ItemType
from stackroom.core.database import db
from stackroom.core.errors import Invalid

DEFAULT = "book"
STARTERS = {
    "book": "Book",
    "reference": "Reference book",
    "magazine": "Magazine",
    "dvd": "DVD or Blu-ray",
    "cd": "Compact disc",
    "audiobook": "Audiobook",
    "map": "Map",
    "game": "Game",
    "ebook-reader": "E-book reader",
    "equipment": "Equipment",
}


def provision() -> None:
    """What most libraries lend."""
    db.session.add_all(ItemType(code=code, name=name) for code, name in STARTERS.items())


def item_types() -> list[ItemType]:
    return list(db.session.scalars(sa.select(ItemType).order_by(ItemType.name, ItemType.id)))


def item_type(code: str) -> ItemType:
    """Raises Invalid (item_type), which lists what there is."""
    found = db.session.scalar(sa.select(ItemType).where(ItemType.code == code))
    if found is None:
        known = ", ".join(sorted(kind.code for kind in item_types()))
        raise Invalid.field("item_type", f"There is no item type “{code}”; use one of {known}.")
    return found
