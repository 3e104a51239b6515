"""One year of the open organisation's history into a file, read back before anything trusts it."""

import gzip
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit import partitions
from stackroom.audit.events import record
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import version_of, versioned_models
from stackroom.core import clock
from stackroom.core.canonical import Shape, dump, load
from stackroom.core.database import db, transaction
from stackroom.core.snapshot import snapshot
from stackroom.files.store import Files, Saved, new_key
from stackroom.oversight.retention import events, queries, service
from stackroom.oversight.retention.errors import NotArchived
from stackroom.oversight.retention.models import AuditArchive
from tenants import context
from tenants.wall import KERNEL

AT_ONCE = 1000
"""Rows held in memory."""
WHY = "a year of history moves to an archive, in whatever state the organisation is"


@dataclass(frozen=True, slots=True)
class Written:
    saved: Saved
    counts: dict[str, int]


def stays(year: int) -> str:
    """Why that year may not leave yet, as the rest of a sentence; empty where it may."""
    kept, now = service.terms(), clock.now()
    if kept.legal_hold and kept.held_since:
        return f"is on legal hold since {kept.held_since:%Y-%m-%d} ({kept.hold_reason})"
    if not queries.may_leave(year, kept.keep_years, now):
        return f"keeps its history of {kept.keep_years} years at hand"
    return ""


def archive(year: int, files: Files) -> dict[str, int]:
    """Write the year's file and an event, once; rows by table. Raises NotArchived where the file
    does not say what was written."""
    with transaction():
        there = queries.archive_of(year)
        known = dict(there.counts) if there else None
    if known is not None:
        return known
    with snapshot() as session:
        written = _write(session, year, files)
    with files.open(written.saved.key) as stream:
        if read_back(stream) != written.counts:
            raise NotArchived(f"the archive of {context.current().slug} does not read back")
    with context.writing_though_read_only(WHY), transaction():
        _remember(year, written)
    return written.counts


def tables() -> list[sa.Table]:
    """Of history, in the order of the file."""
    models = [AuditTransaction, AuditEntry, *(version_of(model) for model in versioned_models())]
    return [model.__table__ for model in models]  # type: ignore[attr-defined]  # each has one


def read_back(stream: IO[bytes]) -> dict[str, int]:
    """Lines by table. Raises ValueError or OSError for what is no archive."""
    with gzip.open(stream) as lines:
        return dict(Counter(str(load(line)["table"]) for line in lines))


def _write(session: Session, year: int, files: Files) -> Written:
    counts: Counter[str] = Counter()
    with tempfile.TemporaryFile() as out:
        with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as zipped:
            for table in tables():
                for line in _lines(session, table, year):
                    zipped.write(line + b"\n")
                    counts[str(table.name)] += 1
        out.seek(0)
        return Written(files.save(new_key("archives"), out), dict(counts))


def _lines(session: Session, table: sa.Table, year: int) -> Iterator[bytes]:
    shape, (first, after) = Shape(table), partitions.span(year)
    key = table.c[partitions.key(table.name)]
    wanted = (
        sa.select(table)
        .where(table.c.tenant_id == context.current().id, key >= first, key < after)
        .order_by(key, *shape.key)
        .execution_options(yield_per=AT_ONCE, **KERNEL)
    )
    for row in session.execute(wanted).mappings():
        yield dump({"table": table.name, "row": load(shape.write(row))})


def _remember(year: int, written: Written) -> None:
    rows = sum(written.counts.values())
    made = AuditArchive(
        year=year,
        file_key=written.saved.key,
        size=written.saved.size,
        sha256=written.saved.sha256,
        rows=rows,
        counts=written.counts,
    )
    db.session.add(made)
    db.session.flush()  # the event names it
    record(events.ARCHIVED, made, year=year, rows=rows, sha256=written.saved.sha256)
