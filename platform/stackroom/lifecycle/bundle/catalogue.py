"""The bibs as other systems take them; `rows/bibs.jsonl` holds each of them whole."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import sqlalchemy as sa
from pymarc import Record
from sqlalchemy.orm import Session

from stackroom.catalogue.marc import MarcError, RecordTooLarge, from_json, to_iso2709, to_marcxml
from stackroom.catalogue.marc.writing import MARCXML_NAMESPACE
from stackroom.catalogue.models import Bib
from stackroom.lifecycle.bundle.pages import pages


def iso2709(session: Session, too_long: list[Record]) -> Iterator[bytes]:
    """Record by record; `too_long` gathers the few that the format's digits do not hold."""
    for _id, marc in pages(session, sa.select(Bib.id, Bib.marc), Bib.id):
        with suppress(MarcError):  # a record that no format can write
            record = from_json(marc)
            try:
                yield to_iso2709(record)
            except RecordTooLarge:
                too_long.append(record)


def marcxml(records: Iterable[Record]) -> Iterator[bytes]:
    """One collection."""
    yield b'<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<collection xmlns="{MARCXML_NAMESPACE}">'.encode()
    for record in records:
        yield b"\n" + to_marcxml(record).partition(b"?>")[2].strip()
    yield b"\n</collection>\n"
