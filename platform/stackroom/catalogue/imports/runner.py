"""Runs an import: streams its file, and commits chunk after chunk.

What a chunk does to the catalogue, its refused records, the counts and the checkpoint are one
transaction. So a crash or a stop at any moment leaves whole chunks, and going on means to skip
that many records of the file.
"""

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from stackroom.audit.events import record
from stackroom.catalogue.imports import events, service
from stackroom.catalogue.imports.copies import count_present
from stackroom.catalogue.imports.models import (
    ImportJob,
    ImportNote,
    ImportReject,
    ImportStatus,
)
from stackroom.catalogue.imports.permissions import IMPORTS_WRITE
from stackroom.catalogue.imports.preparing import Candidate, Refused, prepare
from stackroom.catalogue.imports.rehearsal import Rehearsal
from stackroom.catalogue.imports.writing import Verdict, write
from stackroom.catalogue.marc import Format, ItemMapping, MarcError, Outcome, open_source
from stackroom.core import clock
from stackroom.core.actor import Channel, Provenance, acting_as, provenance
from stackroom.core.database import db, transaction
from stackroom.core.features import registry
from stackroom.files.store import Files
from tenants import context
from tenants.lifecycle import WRITING
from tenants.models import Organisation

log = structlog.get_logger()
CHUNK_RECORDS = 500
CHUNK_BYTES = 4 * 1024 * 1024
KEPT_WARNINGS = 1_000
SUSPENDED = "The organisation was suspended."
MAY_NO_LONGER = "{who} may no longer import. Whoever may can resume it."
GONE = "The uploaded file is gone; upload it again."
BROKE = "Something broke on our side; it has been recorded. Resume to try again."

Watch = Callable[[ImportJob], None]
"""Called with the job inside each transaction that moves it on."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What the runner must know of a job between two transactions."""

    id: UUID
    file_key: str
    format: Format
    mapping: ItemMapping | None
    source: str
    dry_run: bool
    done: int
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records that are written together, and how far in the file they end."""

    records: list[Candidate | Refused]
    bytes_read: int


def run(job_id: UUID, files: Files, watch: Watch = lambda _job: None) -> None:
    """Run a queued import to its end, or go on with one whose worker died, in the name of whoever
    acts, for as long as they may. An import that has ended is left alone, so that running twice is
    harmless.

    Raises:
        OperationalError: the database is away; run again later.
    """
    errand = _begin(job_id, watch)
    if errand is None:
        return
    with acting_as(errand.provenance):
        try:
            _run(errand, files, watch)
        except MarcError as error:
            _end(job_id, ImportStatus.FAILED, str(error))
        except FileNotFoundError:
            _end(job_id, ImportStatus.FAILED, GONE)
        except OperationalError:
            raise
        except Exception:
            log.exception("import_failed", import_id=str(job_id))
            _end(job_id, ImportStatus.FAILED, BROKE)


def _begin(job_id: UUID, watch: Watch) -> Errand | None:
    with transaction():
        job = service.locked(job_id)
        if job.status not in (ImportStatus.QUEUED, ImportStatus.RUNNING):
            return None
        job.status, job.started_at = ImportStatus.RUNNING, job.started_at or clock.now()
        watch(job)
        if job.dry_run:
            _start_over(job)
        service.tell(job)
        return Errand(
            id=job.id,
            file_key=job.file_key,
            format=job.format,
            mapping=job.mapping,
            source=job.source,
            dry_run=job.dry_run,
            done=job.read,
            provenance=_provenance(job),
        )


def _start_over(job: ImportJob) -> None:
    """A dry run has left nothing to go on from: what it remembered ended with its process."""
    job.read = job.created = job.updated = job.unchanged = job.rejected = job.warnings = 0
    for kept in (ImportReject, ImportNote):
        db.session.execute(sa.delete(kept).where(kept.job_id == job.id))


def _provenance(job: ImportJob) -> Provenance:
    return Provenance(
        provenance().actor,
        Channel.IMPORT,
        request_id=job.request_id,
        reason=f"Import of {job.filename}",
        batch_id=job.id,
    )


def _run(errand: Errand, files: Files, watch: Watch) -> None:
    rehearsal = Rehearsal() if errand.dry_run else None
    with (
        files.open(errand.file_key) as stream,
        _rare_collections(),
        closing(_read_ahead(_prepared(errand, stream))) as chunks,
    ):
        for chunk in chunks:
            if not _commit(errand.id, chunk, rehearsal, watch):
                return
    _end(errand.id, ImportStatus.SUCCEEDED)


def _prepared(errand: Errand, stream: BinaryIO) -> Iterator[Chunk]:
    outcomes = (
        outcome for outcome in open_source(stream, errand.format) if outcome.position > errand.done
    )
    for chunk in _chunks(outcomes):
        records = [
            prepare(outcome, source=errand.source, mapping=errand.mapping) for outcome in chunk
        ]
        yield Chunk(records, stream.tell())


def _read_ahead(chunks: Iterator[Chunk]) -> Generator[Chunk, None, None]:
    """The next chunk is read while this one is written: the database works for half of the time,
    and another thread may run meanwhile."""
    with ThreadPoolExecutor(1, "import-reader") as reader:
        coming = reader.submit(next, chunks, None)
        while chunk := coming.result():
            coming = reader.submit(next, chunks, None)
            yield chunk


@contextmanager
def _rare_collections() -> Iterator[None]:
    """A chunk is some hundred thousand objects that live until its commit. The collector would
    look through them over and over (measured: half of an import's time) and find nothing."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _chunks(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """Bounded in records and in bytes, so that giants do not pile up in memory."""
    chunk: list[Outcome] = []
    size = 0
    for outcome in outcomes:
        chunk.append(outcome)
        size += len(outcome.raw)
        if len(chunk) == CHUNK_RECORDS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _commit(job_id: UUID, chunk: Chunk, rehearsal: Rehearsal | None, watch: Watch) -> bool:
    """Whether to go on: not if the import was stopped, or if another worker took this chunk."""
    with transaction() as session:
        job = service.locked(job_id)
        if job.status is not ImportStatus.RUNNING or job.read != chunk.records[0].position - 1:
            return False
        if why := _hindrance(session):
            service.end(job, ImportStatus.STOPPED, why)
            record(events.STOPPED, job, **service.counts(job))
            service.tell(job)
            return False
        _take(session, job, chunk.records, rehearsal)
        job.bytes_read = chunk.bytes_read
        watch(job)
        service.tell(job)
    return True


def _hindrance(session: Session) -> str:
    """Asked afresh: the organisation may have been suspended since the import began, and whoever
    began it may have lost the right to."""
    tenant_id = context.current().id
    status = session.scalar(sa.select(Organisation.status).where(Organisation.id == tenant_id))
    if status not in WRITING:
        return SUSPENDED
    by = provenance().actor
    return "" if registry.still_may(by, IMPORTS_WRITE) else MAY_NO_LONGER.format(who=by.label)


def _take(
    session: Session,
    job: ImportJob,
    prepared: list[Candidate | Refused],
    rehearsal: Rehearsal | None,
) -> None:
    candidates = [each for each in prepared if isinstance(each, Candidate)]
    if rehearsal:
        verdicts = _rehearse(session, candidates, rehearsal)
    else:
        verdicts = write(session, candidates)
    refused = [each for each in (*prepared, *verdicts) if isinstance(each, Refused)]
    job.read += len(prepared)
    job.created += verdicts.count(Verdict.CREATED)
    job.updated += verdicts.count(Verdict.UPDATED)
    job.unchanged += verdicts.count(Verdict.UNCHANGED)
    job.rejected += len(refused)
    _keep_rejects(session, job, refused)
    refusals = {one.position for one in refused}
    _keep_warnings(session, job, [one for one in candidates if one.position not in refusals])


def _rehearse(
    session: Session, candidates: list[Candidate], rehearsal: Rehearsal
) -> list[Verdict | Refused]:
    """A dry run writes and takes back, so that it meets whatever the real one would."""
    with session.begin_nested() as savepoint:
        before = count_present(session, candidates)
        verdicts = write(session, candidates, promised=rehearsal.copies)
        rehearsal.copies += count_present(session, candidates) - before
        savepoint.rollback()
    return rehearsal.judge(candidates, verdicts)


def _keep_rejects(session: Session, job: ImportJob, refused: list[Refused]) -> None:
    rows = [
        {"job_id": job.id, "position": one.position, "code": one.code,
         "message": one.message, "raw": one.raw}
        for one in refused
    ]  # fmt: skip
    if rows:
        session.execute(sa.insert(ImportReject), rows)


def _keep_warnings(session: Session, job: ImportJob, candidates: list[Candidate]) -> None:
    rows = [
        {"job_id": job.id, "position": one.position, "code": code, "message": message}
        for one in candidates
        for code, message in one.warnings
    ]
    if kept := rows[: max(0, KEPT_WARNINGS - job.warnings)]:
        session.execute(sa.insert(ImportNote), kept)
    job.warnings += len(rows)


def _end(job_id: UUID, status: ImportStatus, why: str = "") -> None:
    with transaction():
        job = service.locked(job_id)
        if job.status is not ImportStatus.RUNNING:
            return  # stopped at the last moment, or ended by another worker
        service.end(job, status, why)
        if status is ImportStatus.SUCCEEDED:
            job.bytes_read = job.bytes_total
            record(events.FINISHED, job, **service.counts(job))
        else:
            record(events.FAILED, job, why=why, **service.counts(job))
        service.tell(job)
