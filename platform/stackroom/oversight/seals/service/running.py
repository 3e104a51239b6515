"""Does what was asked for, and says how far it is: checks the seals, or writes evidence.

Rows are read in one long snapshot; each word on progress is a short transaction of its own. A
worker that dies leaves the job to the next, which begins anew.
"""

import gzip
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from stackroom.audit.events import EventType, record
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db, transaction
from stackroom.core.features import registry
from stackroom.core.snapshot import snapshot
from stackroom.files.store import Files, Saved, new_key
from stackroom.observability import metrics
from stackroom.oversight.seals import events, evidence, notices, strays, verify
from stackroom.oversight.seals.errors import JobUnderway, NothingSealed
from stackroom.oversight.seals.models import (
    UNDERWAY,
    EvidenceFile,
    JobState,
    SealCheck,
    SealDelivery,
)
from stackroom.oversight.seals.permissions import SEALS_READ
from stackroom.oversight.seals.service import jobs
from stackroom.oversight.seals.service.jobs import Job
from stackroom.oversight.seals.service.sealing import WHY
from tenants import context

log = structlog.get_logger()
EVERY_SECONDS = 1.0
BROKE = "Something broke on our side; it has been recorded. Ask once more."
MAY_NO_LONGER = "{who} may no longer take evidence. Whoever may can ask for it."
CHECKPOINT = b'{"checkpoint":'

Beat = Callable[[], None]
"""Called inside each transaction that tells of progress."""
Span = tuple[int, int]
"""The first and the last checkpoint."""


class RightLost(Exception):
    """Whoever asked may no longer have it."""


@dataclass(frozen=True, slots=True)
class Work(Generic[Job]):
    model: type[Job]
    job_id: UUID
    beat: Beat = lambda: None

    def locked(self) -> Job:
        return jobs.locked(self.model, self.job_id)


def check(job_id: UUID, beat: Beat = lambda: None) -> None:
    """Compare every row with the seals. Raises OperationalError: run it again later."""
    with _doing(Work(SealCheck, job_id, beat), events.CHECK_FAILED) as span:
        if span:
            _check(Work(SealCheck, job_id, beat), span)


def check_all() -> None:
    """Ask for a check and do it, every night say; one that somebody has asked for will do."""
    with context.writing_though_read_only(WHY):
        try:
            with transaction():
                made = jobs.queue(SealCheck, jobs.oldest(), jobs.newest()).id
        except (JobUnderway, NothingSealed):
            return
    check(made)


def write(job_id: UUID, files: Files, beat: Beat = lambda: None) -> None:
    """Make the file of evidence. Raises OperationalError: run it again later."""
    with _doing(Work(EvidenceFile, job_id, beat), events.EVIDENCE_FAILED) as span:
        if span:
            _write(Work(EvidenceFile, job_id, beat), span, files)


@contextmanager
def _doing(work: Work[Any], failed: EventType) -> Iterator[Span | None]:
    """The span of a queued job, or of one whose worker died; None of one that has ended."""
    with context.writing_though_read_only(WHY):
        try:
            yield _begin(work)
        except OperationalError:
            raise
        except RightLost as lost:
            _fail(work, failed, str(lost), "the right to it was withdrawn")
        except Exception:
            log.exception("seal_job_failed", job_id=str(work.job_id))
            _fail(work, failed, BROKE, "something broke")


def _begin(work: Work[Any]) -> Span | None:
    with transaction():
        found = work.locked()
        if found.state not in UNDERWAY:
            return None
        found.state, found.done = JobState.RUNNING, 0
        work.beat()
        return found.first, found.last


def _watched(work: Work[Any], span: Span, lines: Iterator[bytes]) -> Iterator[bytes]:
    """Tells of progress with each checkpoint that passes, about once a second."""
    told, done = time.monotonic(), 0
    for line in lines:
        if line.startswith(CHECKPOINT):
            done += 1
            if time.monotonic() - told >= EVERY_SECONDS:
                told = time.monotonic()
                _tell(work, done)
        yield line
    _tell(work, span[1] - span[0] + 1)


def _tell(work: Work[Any], done: int) -> None:
    """Raises RightLost; the last word on progress, too, so that no file outlives the right."""
    with transaction():
        by = provenance().actor
        if not registry.still_may(by, SEALS_READ):
            raise RightLost(MAY_NO_LONGER.format(who=by.label))
        work.locked().done = done
        work.beat()


def _check(work: Work[SealCheck], span: Span) -> None:
    with transaction():
        verifier = verify.Verifier(known=_known())
    with snapshot() as session:
        lines = evidence.lines(session, *span, strays=strays.lines(session))
        verifier.read(_watched(work, span, lines))
    faults = verifier.finish()
    with transaction():
        found = work.locked()
        found.state = JobState.BROKEN if faults else JobState.SOUND
        found.faults, found.fault_count = faults, len(faults) + verifier.findings.more
        found.last_digest, found.finished_at = verifier.last_digest, clock.now()
        _report(found)


def _known() -> list[tuple[int, str]]:
    """What was told outside of the chain: to whom checkpoints went, and by the last sound check."""
    sound = sa.select(SealCheck).where(SealCheck.state == JobState.SOUND)
    checked = db.session.scalar(sound.order_by(SealCheck.id.desc()).limit(1))
    sent = db.session.scalar(sa.select(SealDelivery).where(SealDelivery.sent_number > 0))
    known = [(sent.sent_number, sent.sent_digest)] if sent else []
    return [*known, (checked.last, checked.last_digest)] if checked else known


def _report(found: SealCheck) -> None:
    metrics.SEAL_CHECKS.labels(found.state.value).inc()
    if found.state is JobState.SOUND:
        record(events.CHECKED, label=found.label, last=found.last)
        return
    first = found.faults[0]["sentence"]
    log.error("seals_broken", job_id=str(found.id), faults=found.fault_count)
    record(events.BROKEN, label=found.label, faults=found.fault_count, first_fault=first)
    notices.tell_broken(found)


def _write(work: Work[EvidenceFile], span: Span, files: Files) -> None:
    with tempfile.TemporaryFile() as out:
        with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed, snapshot() as session:
            packed.writelines(_watched(work, span, evidence.lines(session, *span)))
        out.seek(0)
        saved = files.save(new_key("evidence"), out)
    if not _finish(work, saved):
        files.delete(saved.key)  # another worker was faster


def _finish(work: Work[EvidenceFile], saved: Saved) -> bool:
    with transaction():
        found = work.locked()
        if found.state is not JobState.RUNNING:
            return False
        found.state, found.finished_at = JobState.READY, clock.now()
        found.file_key, found.size, found.sha256 = saved.key, saved.size, saved.sha256
        found.expires_at = clock.now() + jobs.KEPT_FOR
        record(events.EVIDENCE_READY, label=found.label, size=saved.size)
        return True


def _fail(work: Work[Any], failed: EventType, detail: str, why: str) -> None:
    with transaction():
        found = work.locked()
        if found.state is JobState.RUNNING:
            found.state, found.finished_at, found.detail = JobState.FAILED, clock.now(), detail
            record(failed, label=found.label, why=why)
