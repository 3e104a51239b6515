"""Makes the file of an export, and says how far it is.

Entries are read in one snapshot; each word on progress is a short transaction of its own. A worker
that dies leaves half a file nobody knows; the next one begins anew.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from stackroom.audit.events import record
from stackroom.audit.filters import Filters
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import transaction
from stackroom.core.features import registry
from stackroom.core.snapshot import snapshot
from stackroom.files.store import Files, Saved, new_key
from stackroom.oversight.exports import events, service, writing
from stackroom.oversight.exports.detail import Detail
from stackroom.oversight.exports.models import UNDERWAY, ExportStatus, Format
from stackroom.oversight.exports.permissions import AUDIT_EXPORTS_READ
from tenants import context
from tenants.database import reads_only

log = structlog.get_logger()
EVERY_SECONDS = 1.0
BROKE = "Something broke on our side; it has been recorded. Ask for another export."
MAY_NO_LONGER = "{who} may no longer export the audit trail. Whoever may can ask for another."
WHY = "a file that has run out goes, in whatever state its organisation is"

Beat = Callable[[], None]
"""Called inside each transaction that tells of progress."""


class RightLost(Exception):
    """Whoever asked for the export may no longer have it."""


class CalledOff(Exception):
    """It is wanted no more: it was cancelled, or another worker was faster."""


def run(export_id: UUID, files: Files, beat: Beat = lambda: None) -> None:
    """Make a queued export, or anew one whose worker died, in the name of whoever acts, for as
    long as they may. One that has ended is left alone.

    Raises:
        OperationalError: the database is away; run again later.
    """
    try:
        wanted = _begin(export_id, beat)
        saved, lines = _make(export_id, wanted, files, beat)
        _finish(export_id, saved, lines, files)
    except CalledOff:
        return
    except OperationalError:
        raise
    except RightLost as lost:
        _fail(export_id, str(lost), "the right to it was withdrawn")
    except Exception:
        log.exception("audit_export_failed", export_id=str(export_id))
        _fail(export_id, BROKE, "something broke")


Wanted = tuple[Filters, Format, Detail]


def _begin(export_id: UUID, beat: Beat) -> Wanted:
    """Raises CalledOff."""
    with transaction():
        found = service.locked(export_id)
        if found.status not in UNDERWAY:
            raise CalledOff
        found.status, found.done, found.total = ExportStatus.RUNNING, 0, 0
        beat()
        query = Filters.model_validate(found.filter)
        return query, found.format, Detail(found.with_values)


def _make(export_id: UUID, wanted: Wanted, files: Files, beat: Beat) -> tuple[Saved, int]:
    """The file at rest, and how many entries it has. Raises RightLost or CalledOff."""
    told = 0.0
    query, form, detail = wanted

    def watch(done: int, total: int) -> None:
        nonlocal told
        if done < total and time.monotonic() - told < EVERY_SECONDS:
            return
        told = time.monotonic()
        _tell(export_id, done, total, beat)

    with tempfile.TemporaryFile() as out:
        with snapshot() as session:
            lines = writing.write(session, out, query=query, form=form, detail=detail, watch=watch)
        out.seek(0)
        return files.save(new_key("auditexports"), out), lines


def _tell(export_id: UUID, done: int, total: int, beat: Beat) -> None:
    """The last word on progress, too, so that no file outlives the right. Raises RightLost or
    CalledOff."""
    with reads_only(False), transaction():  # the snapshot around it only reads
        by = provenance().actor
        if not registry.still_may(by, AUDIT_EXPORTS_READ):
            raise RightLost(MAY_NO_LONGER.format(who=by.label))
        found = service.locked(export_id)
        if found.status is not ExportStatus.RUNNING:
            raise CalledOff
        found.done, found.total = done, total
        beat()


def _finish(export_id: UUID, saved: Saved, lines: int, files: Files) -> None:
    with _deleted_unless_ready(saved, files), transaction():
        found = service.locked(export_id)
        if found.status is not ExportStatus.RUNNING:
            raise CalledOff
        found.status, found.finished_at = ExportStatus.READY, clock.now()
        found.file_key, found.size, found.sha256 = saved.key, saved.size, saved.sha256
        found.expires_at = clock.now() + service.KEPT_FOR
        record(events.READY, found, lines=lines, size=saved.size, sha256=saved.sha256)


@contextmanager
def _deleted_unless_ready(saved: Saved, files: Files) -> Iterator[None]:
    try:
        yield
    except CalledOff:
        files.delete(saved.key)
        raise


def _fail(export_id: UUID, detail: str, why: str) -> None:
    with transaction():
        found = service.locked(export_id)
        if found.status is ExportStatus.RUNNING:
            found.status, found.finished_at = ExportStatus.FAILED, clock.now()
            found.detail = detail
            record(events.FAILED, found, why=why)


def expire(files: Files) -> None:
    """A chore: what has run out is deleted, first in the books, then on disk."""
    with context.writing_though_read_only(WHY):
        with transaction():
            due = service.expired()
        for export_id in due:
            with transaction():
                key = service.expire(export_id)
            files.delete(key)
