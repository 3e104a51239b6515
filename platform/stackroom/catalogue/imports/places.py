"""Where copies stand and what they are, in this organisation's own words."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.catalogue.models import ItemType
from stackroom.libraries.models import Library, ShelvingLocation


@dataclass(frozen=True, slots=True)
class Place:
    library_id: UUID
    location_id: UUID | None
    call_number: str


class Places:
    """Branches, shelves and item types by code or name, whatever the case."""

    def __init__(self, session: Session) -> None:
        libraries = session.execute(
            sa.select(Library.id, Library.code, Library.name).order_by(Library.id)
        ).all()
        self.main_library: UUID = libraries[0].id
        self._libraries = {word: id_ for id_, *words in libraries for word in map(_key, words)}
        self._locations = {
            (library_id, word): id_
            for id_, library_id, *words in session.execute(
                sa.select(
                    ShelvingLocation.id,
                    ShelvingLocation.library_id,
                    ShelvingLocation.code,
                    ShelvingLocation.name,
                )
            )
            for word in map(_key, words)
        }
        types = session.execute(
            sa.select(ItemType.id, ItemType.code, ItemType.name).order_by(ItemType.id)
        ).all()
        self._types = {word: id_ for id_, *words in types for word in map(_key, words)}
        self.usual_type: UUID | None = self._types.get("book", types[0].id if types else None)

    def library(self, word: str | None) -> UUID | None:
        return self._libraries.get(_key(word))

    def location(self, library_id: UUID, word: str | None) -> UUID | None:
        return self._locations.get((library_id, _key(word)))

    def item_type(self, word: str | None) -> UUID | None:
        return self._types.get(_key(word))


def _key(word: str | None) -> str:
    return (word or "").strip().casefold()
