"""Checks and evidence as people ask for them: ask, look, download. `running` does the work."""

from datetime import timedelta
from typing import BinaryIO, TypeVar
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import clock, outbox
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.permissions import demand, present
from stackroom.files.store import Files
from stackroom.oversight.retention import queries as archives
from stackroom.oversight.seals import events
from stackroom.oversight.seals.errors import (
    EvidenceGone,
    EvidenceNotReady,
    JobUnderway,
    NothingSealed,
)
from stackroom.oversight.seals.models import (
    UNDERWAY,
    EvidenceFile,
    JobState,
    SealCheck,
    SealJob,
)
from stackroom.oversight.seals.permissions import SEALS_READ
from stackroom.oversight.seals.service import sealing

SEAL, CHECK, EVIDENCE = "seals.seal", "seals.check", "seals.evidence"
KEPT_FOR = timedelta(days=30)
"""So long a file of evidence can be downloaded."""
Job = TypeVar("Job", bound=SealJob)


def ask_to_seal() -> None:
    """Now, rather than when the chore comes round."""
    _demand_reading()
    record(events.SEAL_ASKED, label="the seals")
    outbox.send(SEAL, {})


def ask_check() -> SealCheck:
    """Of every checkpoint whose rows are here. Raises NothingSealed, JobUnderway or
    PermissionDenied."""
    _demand_reading()
    made = queue(SealCheck, oldest(), newest())
    record(events.CHECK_ASKED, label=made.label)
    _send(CHECK, made)
    return made


def ask_evidence(first: int | None = None, last: int | None = None) -> EvidenceFile:
    """Left out: from the oldest whose rows are here, to the newest. Raises NothingSealed,
    JobUnderway or Invalid."""
    _demand_reading()
    begin, end = oldest(), newest()
    first, last = first or begin, end if last is None else last
    if not begin <= first <= last <= end:
        said = f"Choose checkpoints from {begin} to {end}, the first one first."
        raise Invalid.field("last", said if begin == 1 else f"{said} Older ones are in archives.")
    made = queue(EvidenceFile, first, last)
    record(events.EVIDENCE_ASKED, label=made.label)
    _send(EVIDENCE, made)
    return made


def _demand_reading() -> None:
    """Whoever may not read gets nothing to read made for them. Raises PermissionDenied."""
    if who := present():
        demand(SEALS_READ, who)


def queue(model: type[Job], first: int, last: int) -> Job:
    """Raises JobUnderway: another would read the same rows at the same time."""
    underway = sa.select(model.id).where(model.state.in_(UNDERWAY)).limit(1)
    if db.session.scalar(underway):
        raise JobUnderway
    actor = provenance().actor
    made = model(id=uuid7(), first=first, last=last, asked_by_id=actor.id, asked_by=actor.label)
    db.session.add(made)
    db.session.flush()
    return made


def _send(topic: str, made: SealJob) -> None:
    outbox.send(topic, {"job_id": str(made.id), "by": provenance().actor.as_json()})


def oldest() -> int:
    """The number of the first checkpoint whose rows are not in an archive. Raises NothingSealed."""
    first = archives.first_here(archives.newest_archive())
    if first > newest():
        raise NothingSealed
    return first


def newest() -> int:
    """The number of the last checkpoint. Raises NothingSealed."""
    found = sealing.latest()
    if found is None:
        raise NothingSealed
    return found.number


def jobs(model: type[Job], query: PageQuery) -> Page[Job]:
    """Newest first."""
    return paginate(db.session(), sa.select(model).order_by(model.id.desc()), query)


def last_check() -> SealCheck | None:
    """The latest that came to an end."""
    ended = SealCheck.state.in_([JobState.SOUND, JobState.BROKEN])
    return db.session.scalar(
        sa.select(SealCheck).where(ended).order_by(SealCheck.id.desc()).limit(1)
    )


def job(model: type[Job], job_id: UUID) -> Job:
    """Raises NotFound."""
    return _found(sa.select(model).where(model.id == job_id))


def locked(model: type[Job], job_id: UUID) -> Job:
    """With everybody else who wants to change it waiting until this transaction ends."""
    return _found(sa.select(model).where(model.id == job_id).with_for_update())


def _found(statement: sa.Select[Job]) -> Job:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def download(found: EvidenceFile, files: Files, *, tell: bool = True) -> BinaryIO:
    """The file, open; that it is taken is an event, unless its headers alone were asked for.
    Raises EvidenceNotReady or EvidenceGone."""
    if found.state is not JobState.READY:
        raise EvidenceGone if found.state is JobState.EXPIRED else EvidenceNotReady
    try:
        stream = files.open(found.file_key)
    except FileNotFoundError:
        raise EvidenceGone from None
    if tell:
        record(events.EVIDENCE_TAKEN, label=found.label, sha256=found.sha256)
    return stream


def expire() -> list[str]:
    """The keys of files that have run out, and are to be deleted once this is committed."""
    due = db.session.scalars(
        sa.select(EvidenceFile).where(
            EvidenceFile.state == JobState.READY, EvidenceFile.expires_at < clock.now()
        )
    ).all()
    keys = [found.file_key for found in due]
    for found in due:
        found.state, found.file_key = JobState.EXPIRED, ""
        record(events.EVIDENCE_EXPIRED, label=found.label)
    return keys
