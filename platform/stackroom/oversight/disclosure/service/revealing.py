"""Saying who stands behind a pseudonym, to those who may ask and say why. Each time is an event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import queries
from stackroom.audit.events import record
from stackroom.audit.models import PatronKey
from stackroom.audit.personal import key_of, opened
from stackroom.audit.pseudonyms import NOBODY, Key
from stackroom.audit.reads import Seen
from stackroom.audit.telling import Entry
from stackroom.audit.versioning import subject_type, version_of, versioned_models
from stackroom.core.actor import because
from stackroom.core.database import db
from stackroom.oversight.disclosure import events
from stackroom.oversight.disclosure.errors import NothingSealed
from stackroom.oversight.disclosure.schemas import SearchIn
from stackroom.patrons import service as patrons
from stackroom.patrons.models import Patron
from stackroom.patrons.schemas import PatronQuery

SHOWN = 20
"""Patrons at once, when they are sought by name."""


@dataclass(frozen=True, slots=True)
class Value:
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """A patron as they were at `as_of`, and what an entry hides about them."""

    pseudonym: str
    patron_id: UUID
    as_of: datetime
    values: list[Value]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(each.field.capitalize(), each.value) for each in self.values]


@dataclass(frozen=True, slots=True)
class Found:
    pseudonym: str
    patron_id: UUID
    name: str
    barcode: str


def reveal(entry_id: str, reason: str) -> list[Revealed]:
    """Everybody of whom an entry tells. Raises NotFound, NothingSealed, or Destroyed."""
    entry = queries.entry(entry_id)
    if not entry.pseudonyms:
        raise NothingSealed
    because(reason)
    return [_reveal(key_of(named), entry, reason) for named in sorted(entry.pseudonyms)]


def _reveal(key: Key, entry: Entry, reason: str) -> Revealed:
    values = [*_person(key.patron_id, entry.by.id), *_hidden(key, entry)]
    told = Seen(key.patron_id, key.name, NOBODY)
    record(events.REVEALED, told, entry=entry.line.id, why=reason)
    return Revealed(key.name, key.patron_id, entry.by.at, values)


def _documents(entry: Entry) -> list[tuple[str, dict[str, Any]]]:
    """What is sealed in an entry, its transaction and the version it tells of, each with its
    table."""
    version = _version(entry)
    kept = [
        ("audit_entries", entry.line.personal),
        ("audit_transactions", entry.by.personal),
        (version.__table__.name, version.personal) if version else ("", None),
    ]
    return [(table, document) for table, document in kept if document is not None]


def _version(entry: Entry) -> Any:
    if entry.line.data is not None:
        return None
    kinds = {subject_type(model): version_of(model) for model in versioned_models()}
    version = kinds[entry.line.subject_type]
    if not hasattr(version, "personal"):
        return None
    return db.session.get(
        version, (entry.line.tenant_id, entry.line.subject_id, entry.line.transaction_id)
    )


def _hidden(key: Key, entry: Entry) -> Iterator[Value]:
    for table, document in _documents(entry):
        if document["of"] == key.pseudonym and table != "patrons_version":
            for field, value in key.open(table, document).items():
                yield Value(field.replace("_", " "), str(value))


def _person(patron_id: UUID, transaction_id: int) -> Iterator[Value]:
    """As they were then."""
    version = version_of(Patron)
    found = db.session.scalars(
        sa.select(version)
        .where(version.id == patron_id, version.transaction_id <= transaction_id)
        .order_by(version.transaction_id.desc())
        .limit(1)
    ).first()
    values = opened(Patron, found.personal) if found else {}
    for field in ("name", "barcode", "email", "phone", "note"):
        if values.get(field):
            yield Value(field, str(values[field]))


def find(wanted: SearchIn) -> list[Found]:
    """Patrons by name, card or e-mail, with the pseudonyms by which the trail knows them."""
    page = patrons.patrons(PatronQuery(q=wanted.q, per_page=SHOWN))
    ids = [patron.id for patron in page.items]
    rows = db.session.scalars(sa.select(PatronKey).where(PatronKey.id.in_(ids)))
    keys = {row.id: Key.of_row(row) for row in rows}
    because(wanted.reason)
    return [
        _told(patron, keys[patron.id], wanted.reason) for patron in page.items if patron.id in keys
    ]


def _told(patron: Patron, key: Key, reason: str) -> Found:
    record(events.SOUGHT, Seen(patron.id, key.name, NOBODY), why=reason)
    return Found(key.name, patron.id, patron.name, patron.barcode)
