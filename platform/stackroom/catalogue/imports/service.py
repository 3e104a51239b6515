"""Imports as people ask for them: begin, look, stop, resume. `runner` does the work."""

from typing import IO, Any
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.catalogue.imports import events
from stackroom.catalogue.imports.errors import ImportNotRunning, ImportNotStopped
from stackroom.catalogue.imports.models import (
    ENDED,
    RESUMABLE,
    ImportJob,
    ImportNote,
    ImportReject,
    ImportStatus,
)
from stackroom.catalogue.imports.schemas import ImportOut
from stackroom.catalogue.marc import Format, ItemMapping
from stackroom.core import clock, outbox
from stackroom.core.actor import provenance
from stackroom.core.database import db, survive
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.files.store import Files, new_key
from stackroom.plans import headroom
from stackroom.plans.registry import Measure
from stackroom.realtime.news import publish
from tenants.columns import INTEGERS

RUN = "imports.run"
NEWS = "import"


def create(
    stream: IO[bytes],
    *,
    filename: str,
    files: Files,
    format: Format = Format.AUTO,  # noqa: A002 - the API's own word
    mapping: ItemMapping | None = None,
    dry_run: bool = False,
    source: str = "",
) -> ImportJob:
    """Keep the file and the wish. The stream is copied before the first statement, so that a slow
    client holds no transaction. Raises Invalid for an empty file, PlanLimitReached, StorageFull.
    """
    saved = files.save(new_key("imports"), stream)
    survive(lambda: files.delete(saved.key))  # a refused import leaves no file
    if not saved.size:
        raise Invalid.field("file", "The file is empty; choose another.")
    headroom.require(Measure.STORAGE, adding=saved.size)
    present = provenance()
    job = ImportJob(
        id=uuid7(),
        format=format,
        mapping=mapping,
        dry_run=dry_run,
        source=source,
        filename=_shown(filename),
        file_key=saved.key,
        sha256=saved.sha256,
        bytes_total=saved.size,
        created_by_id=present.actor.id,
        created_by=present.actor.label,
        request_id=present.request_id,
    )
    db.session.add(job)
    record(events.STARTED, job)
    return job


def queue(job: ImportJob) -> None:
    """Let a worker run it once this transaction is committed, in the name of whoever asks now."""
    outbox.send(RUN, {"import_id": str(job.id), "by": provenance().actor.as_json()})


def bytes_kept() -> int:
    """Of the uploads, which stay for whoever asks later what was in them."""
    return int(db.session.scalar(sa.select(sa.func.sum(ImportJob.bytes_total))) or 0)


def jobs(query: PageQuery) -> Page[ImportJob]:
    return paginate(db.session(), sa.select(ImportJob).order_by(ImportJob.id.desc()), query)


def job(job_id: UUID) -> ImportJob:
    return _found(sa.select(ImportJob).where(ImportJob.id == job_id))


def exists(job_id: UUID) -> bool:
    return db.session.scalar(sa.select(ImportJob.id).where(ImportJob.id == job_id)) is not None


def tell(found: ImportJob) -> None:
    """Whoever watches this import hears what the API would answer now."""
    publish(NEWS, found.id, ImportOut.model_validate(found).model_dump(mode="json"))


def locked(job_id: UUID) -> ImportJob:
    """The job, with everybody else who wants to change it waiting until this transaction ends."""
    return _found(sa.select(ImportJob).where(ImportJob.id == job_id).with_for_update())


def _found(statement: sa.Select[ImportJob]) -> ImportJob:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def rejects(found: ImportJob, query: PageQuery) -> Page[ImportReject]:
    wanted = sa.select(ImportReject).where(ImportReject.job_id == found.id)
    return paginate(db.session(), wanted.order_by(ImportReject.position), query)


def reject(found: ImportJob, position: int) -> ImportReject:
    wanted = sa.select(ImportReject).where(
        ImportReject.job_id == found.id, ImportReject.position == position
    )
    row = db.session.scalar(wanted) if position in INTEGERS else None
    if row is None:
        raise NotFound
    return row


def reject_after(job_id: UUID, position: int) -> ImportReject | None:
    wanted = sa.select(ImportReject).where(
        ImportReject.job_id == job_id, ImportReject.position > position
    )
    return db.session.scalar(wanted.order_by(ImportReject.position).limit(1))


def warnings(found: ImportJob, query: PageQuery) -> Page[ImportNote]:
    wanted = sa.select(ImportNote).where(ImportNote.job_id == found.id)
    return paginate(db.session(), wanted.order_by(ImportNote.position, ImportNote.id), query)


def stop(job_id: UUID) -> ImportJob:
    """Waits for the chunk that is being written; nothing is written behind it.
    Raises ImportNotRunning."""
    found = locked(job_id)
    if found.status in ENDED:
        raise ImportNotRunning
    end(found, ImportStatus.STOPPED, f"Stopped after record {found.read}.")
    record(events.STOPPED, found, **counts(found))
    tell(found)
    return found


def resume(job_id: UUID) -> ImportJob:
    """Go on behind the last record that is done. Raises ImportNotStopped."""
    found = locked(job_id)
    if found.status not in RESUMABLE:
        raise ImportNotStopped
    found.status, found.detail, found.finished_at = ImportStatus.QUEUED, "", None
    record(events.RESUMED, found, read=found.read)
    queue(found)
    tell(found)
    return found


def end(found: ImportJob, status: ImportStatus, detail: str = "") -> None:
    found.status, found.detail, found.finished_at = status, detail[:500], clock.now()


def counts(found: ImportJob) -> dict[str, Any]:
    return {
        name: getattr(found, name)
        for name in ("read", "created", "updated", "unchanged", "rejected", "warnings")
    }


def _shown(filename: str) -> str:
    """The client's name for the file, for people to read; no path of it is ever opened."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:200] or "upload"
