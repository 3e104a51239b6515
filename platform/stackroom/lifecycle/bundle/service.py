"""Exports as people ask for them: request, look, download. `runner` makes the file."""

from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import clock, outbox
from stackroom.core.actor import SYSTEM, Actor, provenance
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.files.store import Files
from stackroom.lifecycle.bundle import events
from stackroom.lifecycle.bundle.errors import ExportGone, ExportNotReady, ExportUnderway
from stackroom.lifecycle.bundle.models import UNDERWAY, Export, ExportStatus
from tenants.lifecycle import Status

RUN = "lifecycle.export"
KEPT_FOR = timedelta(days=30)


def request() -> Export:
    """Raises ExportUnderway: another would say nearly the same, and takes as long."""
    if db.session.scalar(sa.select(Export.id).where(Export.status.in_(UNDERWAY)).limit(1)):
        raise ExportUnderway
    return _queue("on request", by=provenance().actor)


def on_status(status: Status) -> None:
    """Who closes gets everything, as it stands when it closes."""
    if status is Status.CLOSING:
        _queue("the organisation closes", by=SYSTEM)


def hindrance() -> str:
    """What an organisation leaves with must be ready before it is purged."""
    found = latest()
    return "Its export is still being made." if found and found.status in UNDERWAY else ""


def _queue(reason: str, by: Actor) -> Export:
    """`by`: whose right it hangs on until it is made."""
    actor = provenance().actor
    made = Export(
        id=uuid7(),
        status=ExportStatus.QUEUED,
        reason=reason,
        requested_by_id=actor.id,
        requested_by=actor.label,
        requested_at=clock.now(),
    )
    db.session.add(made)
    record(events.REQUESTED, made, why=reason)
    outbox.send(RUN, {"export_id": str(made.id), "by": by.as_json()})
    db.session.flush()  # in the transaction that closes, before the wall shuts
    return made


def exports(query: PageQuery) -> Page[Export]:
    return paginate(db.session(), sa.select(Export).order_by(Export.id.desc()), query)


def latest() -> Export | None:
    return db.session.scalar(sa.select(Export).order_by(Export.id.desc()).limit(1))


def export(export_id: UUID) -> Export:
    return _found(sa.select(Export).where(Export.id == export_id))


def locked(export_id: UUID) -> Export:
    """With everybody else who wants to change it waiting until this transaction ends."""
    return _found(sa.select(Export).where(Export.id == export_id).with_for_update())


def _found(statement: sa.Select[Export]) -> Export:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def download(found: Export, files: Files, *, tell: bool = True) -> BinaryIO:
    """The file, open; that it is taken is an event, unless its headers alone were asked for.
    Raises ExportNotReady or ExportGone."""
    if found.status is ExportStatus.EXPIRED:
        raise ExportGone
    if found.status is not ExportStatus.READY:
        raise ExportNotReady
    try:
        stream = files.open(found.file_key)
    except FileNotFoundError:
        raise ExportGone from None
    if tell:
        record(events.DOWNLOADED, found, sha256=found.sha256)
    return stream


def expired() -> list[UUID]:
    return list(
        db.session.scalars(
            sa.select(Export.id).where(
                Export.status == ExportStatus.READY, Export.expires_at < clock.now()
            )
        )
    )


def with_a_file() -> list[UUID]:
    return list(db.session.scalars(sa.select(Export.id).where(Export.status == ExportStatus.READY)))


def is_underway() -> bool:
    found = sa.select(Export.id).where(Export.status.in_(UNDERWAY)).limit(1)
    return db.session.scalar(found) is not None


def expire(export_id: UUID) -> str:
    """The key of the file that is to be deleted once this is committed."""
    found = locked(export_id)
    key, found.file_key, found.status = found.file_key, "", ExportStatus.EXPIRED
    record(events.EXPIRED, found)
    return key
