"""Makes the file of an export, and says how far it is.

Rows are read in one long transaction; each word on progress is a short one of its own. A worker
that dies leaves half a file nobody knows; the next one begins anew.
"""

import tempfile
import time
from collections.abc import Callable
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import transaction
from stackroom.core.features import registry
from stackroom.core.signing import Signer
from stackroom.core.snapshot import snapshot
from stackroom.files.store import Files, Saved, new_key
from stackroom.lifecycle.bundle import events, service, writing
from stackroom.lifecycle.bundle.models import UNDERWAY, ExportStatus
from stackroom.lifecycle.bundle.permissions import ORGANISATION_EXPORT
from tenants import context

log = structlog.get_logger()
EVERY_SECONDS = 1.0
BROKE = "Something broke on our side; it has been recorded. Ask for another export."
MAY_NO_LONGER = "{who} may no longer take an export. Whoever may can ask for another."
WHY = "its people take their data along, in whatever state it is"

Beat = Callable[[], None]
"""Called inside each transaction that tells of progress."""


class RightLost(Exception):
    """Whoever asked for the export may no longer have it."""


def run(export_id: UUID, files: Files, signer: Signer, beat: Beat = lambda: None) -> None:
    """Make a queued export, or anew one whose worker died, in the name of whoever acts, for as
    long as they may. One that has ended is left alone.

    Raises:
        OperationalError: the database is away; run again later.
    """
    with context.writing_though_read_only(WHY):
        if not _begin(export_id, beat):
            return
        try:
            saved, lines = _make(export_id, files, signer, beat)
        except OperationalError:
            raise
        except RightLost as lost:
            _fail(export_id, str(lost), "the right to it was withdrawn")
            return
        except Exception:
            log.exception("export_failed", export_id=str(export_id))
            _fail(export_id, BROKE, "something broke")
            return
        _finish(export_id, saved, lines, files)


def _begin(export_id: UUID, beat: Beat) -> bool:
    with transaction():
        found = service.locked(export_id)
        if found.status not in UNDERWAY:
            return False
        found.status, found.done, found.total = ExportStatus.RUNNING, 0, 0
        beat()
        return True


def _make(export_id: UUID, files: Files, signer: Signer, beat: Beat) -> tuple[Saved, int]:
    """The file at rest, and how many lines it has."""
    told, lines = 0.0, 0

    def watch(done: int, total: int) -> None:
        nonlocal told, lines
        lines = total
        if done < total and time.monotonic() - told < EVERY_SECONDS:
            return
        told = time.monotonic()
        _tell(export_id, done, total, beat)

    with tempfile.TemporaryFile() as out:
        with snapshot() as session:
            writing.write(session, out, files=files, signer=signer, watch=watch)
        out.seek(0)
        return files.save(new_key("exports"), out), lines


def _tell(export_id: UUID, done: int, total: int, beat: Beat) -> None:
    """Raises RightLost; the last word on progress, too, so that no file outlives the right."""
    with transaction():
        by = provenance().actor
        if not registry.still_may(by, ORGANISATION_EXPORT):
            raise RightLost(MAY_NO_LONGER.format(who=by.label))
        found = service.locked(export_id)
        found.done, found.total = done, total
        beat()


def _finish(export_id: UUID, saved: Saved, lines: int, files: Files) -> None:
    with transaction():
        found = service.locked(export_id)
        if found.status is ExportStatus.RUNNING:
            found.status, found.finished_at = ExportStatus.READY, clock.now()
            found.file_key, found.size, found.sha256 = saved.key, saved.size, saved.sha256
            found.expires_at = clock.now() + service.KEPT_FOR
            record(events.READY, found, lines=lines, size=saved.size, sha256=saved.sha256)
            return
    files.delete(saved.key)  # another worker was faster


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
