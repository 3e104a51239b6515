"""One year of the open organisation's history as a file of evidence, verified before anything
trusts it.

The file holds every checkpoint that seals anything of that year, from where the archive before it
ends; so it may reach a little into the next year, and a first checkpoint may hold several.
"""

import gzip
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit import partitions
from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.canonical import load
from stackroom.core.database import db, transaction
from stackroom.core.snapshot import snapshot
from stackroom.files.store import Files, Saved, new_key
from stackroom.oversight.retention import events, queries, service
from stackroom.oversight.retention.errors import NotArchived
from stackroom.oversight.retention.models import AuditArchive, Counts
from stackroom.oversight.seals import evidence, verify
from stackroom.oversight.seals.models import AuditSealed, AuditUnsealed
from tenants import context

ROW = b'{"row":'
WHY = "a year of history moves to an archive, in whatever state the organisation is"


def stays(year: int) -> str:
    """Why that year may not leave yet, as the rest of a sentence; empty where it may."""
    kept = service.terms()
    if kept.legal_hold and kept.held_since:
        return f"is on legal hold since {kept.held_since:%Y-%m-%d} ({kept.hold_reason})"
    if not queries.may_leave(year, kept.keep_years, clock.now()):
        return f"keeps its history of {kept.keep_years} years at hand"
    first, after = partitions.span(year)
    waiting = AuditUnsealed.transaction_id.between(first, after - 1)
    if db.session.scalar(sa.select(AuditUnsealed.transaction_id).where(waiting).limit(1)):
        return f"has history of {year} that no checkpoint holds yet"
    return ""


def archive(year: int, files: Files) -> dict[str, int]:
    """Write the year's file and an event, once. How many rows of the year are in archives, by
    table. Raises NotArchived where the file does not verify."""
    with transaction():
        known = queries.archive_of(year)
        before, newest = queries.newest_archive(), _last_checkpoint(year)
    if known is None and newest is not None:
        made = _already_in(before, newest) or _written(queries.first_here(before), newest, files)
        with context.writing_though_read_only(WHY), transaction():
            _remember(year, made)
    with transaction():
        return queries.archived_rows(year)


def read_back(stream: IO[bytes]) -> Counts:
    """Rows by year and table, of a file in which the verifier finds no fault. Raises NotArchived
    (verify.Unreadable, OSError) for any other."""
    counted: dict[str, Counter[str]] = {}
    verifier = verify.Verifier()
    with gzip.open(stream) as lines:
        verifier.read(_noted(lines, counted))
    if faults := verifier.finish():
        said = faults[0]["sentence"].rstrip(".")
        raise NotArchived(f"the archive of {context.current().slug} does not verify: {said}")
    return {year: dict(tables) for year, tables in counted.items()}


def _noted(lines: Iterable[bytes], counted: dict[str, Counter[str]]) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(ROW):
            told = load(line)
            year = partitions.year_of(int(verify.row_name(told)[0]))
            counted.setdefault(str(year), Counter())[told["table"]] += 1
        yield line


def _last_checkpoint(year: int) -> int | None:
    """Of those that seal anything of that year; None where nothing is of it."""
    first, after = partitions.span(year)
    wanted = sa.select(sa.func.max(AuditSealed.checkpoint)).where(
        AuditSealed.transaction_id >= first, AuditSealed.transaction_id < after
    )
    return db.session.scalar(wanted)


def _already_in(before: AuditArchive | None, last: int) -> AuditArchive | None:
    """All of the year is in the file of an earlier one."""
    if before is None or before.last_checkpoint < last:
        return None
    shared = ("file_key", "size", "sha256", "first_checkpoint", "last_checkpoint")
    return AuditArchive(**{name: getattr(before, name) for name in shared}, counts={})


def _written(first: int, last: int, files: Files) -> AuditArchive:
    with snapshot() as session:
        saved = _save(session, first, last, files)
    with files.open(saved.key) as stream:
        counts = read_back(stream)
    return AuditArchive(
        file_key=saved.key, size=saved.size, sha256=saved.sha256, counts=counts,
        first_checkpoint=first, last_checkpoint=last,
    )  # fmt: skip


def _save(session: Session, first: int, last: int, files: Files) -> Saved:
    with tempfile.TemporaryFile() as out:
        with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as zipped:
            zipped.writelines(evidence.lines(session, first, last))
        out.seek(0)
        return files.save(new_key("archives"), out)


def _remember(year: int, made: AuditArchive) -> None:
    made.year = year
    made.rows = sum(sum(tables.values()) for tables in made.counts.values())
    db.session.add(made)
    db.session.flush()  # the event names it
    rows = sum(queries.archived_rows(year).values())
    record(events.ARCHIVED, made, year=year, rows=rows, sha256=made.sha256)
