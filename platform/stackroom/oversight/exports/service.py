"""Exports of the trail as people ask for them: request, look, call off, download. `runner` makes
the file."""

from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.audit.filters import Filters, called
from stackroom.core import clock, outbox
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.permissions import demand, present
from stackroom.files.store import Files
from stackroom.oversight.exports import events
from stackroom.oversight.exports.errors import (
    AuditExportGone,
    AuditExportNotReady,
    AuditExportOver,
    AuditExportUnderway,
    NotYourExport,
)
from stackroom.oversight.exports.models import UNDERWAY, AuditExport, ExportStatus, Format
from stackroom.oversight.exports.permissions import AUDIT_EXPORTS_READ
from stackroom.oversight.exports.schemas import plain

RUN = "audit_exports.run"
KEPT_FOR = timedelta(days=7)


def request(query: Filters, form: Format, *, with_values: bool) -> AuditExport:
    """Raises PermissionDenied, or AuditExportUnderway: a person has one at a time."""
    if who := present():
        demand(AUDIT_EXPORTS_READ, who)
    actor = provenance().actor
    mine = AuditExport.status.in_(UNDERWAY), AuditExport.requested_by_id == actor.id
    if db.session.scalar(sa.select(AuditExport.id).where(*mine).limit(1)):
        raise AuditExportUnderway
    made = AuditExport(
        id=uuid7(), status=ExportStatus.QUEUED, format=form, filter=plain(query),
        with_values=with_values, requested_by_id=actor.id, requested_by=actor.label,
        requested_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    record(events.REQUESTED, made, format=form.value, filter=words(made), with_values=with_values)
    outbox.send(RUN, {"audit_export_id": str(made.id), "by": actor.as_json()})
    db.session.flush()  # the answer shows what it begins with
    return made


def words(found: AuditExport) -> str:
    """What it was narrowed to."""
    told = (f"{called(name)} {value}" for name, value in sorted(found.filter.items()))
    return ", ".join(told) or "everything"


def exports(query: PageQuery) -> Page[AuditExport]:
    return paginate(db.session(), sa.select(AuditExport).order_by(AuditExport.id.desc()), query)


def export(export_id: UUID) -> AuditExport:
    """Raises NotFound."""
    return _found(sa.select(AuditExport).where(AuditExport.id == export_id))


def locked(export_id: UUID) -> AuditExport:
    """With everybody else who wants to change it waiting until this transaction ends."""
    return _found(sa.select(AuditExport).where(AuditExport.id == export_id).with_for_update())


def _found(statement: sa.Select[AuditExport]) -> AuditExport:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def cancel(export_id: UUID) -> AuditExport:
    """The worker stops at its next word on progress. Raises NotFound, NotYourExport or
    AuditExportOver."""
    found = locked(export_id)
    if found.requested_by_id != provenance().actor.id:
        raise NotYourExport
    if found.status not in UNDERWAY:
        raise AuditExportOver
    found.status, found.finished_at = ExportStatus.CANCELLED, clock.now()
    record(events.CANCELLED, found)
    return found


def download(found: AuditExport, files: Files, *, tell: bool = True) -> BinaryIO:
    """The file, open; that it is taken is an event, unless its headers alone were asked for.
    Raises AuditExportNotReady or AuditExportGone."""
    if found.status is ExportStatus.EXPIRED:
        raise AuditExportGone
    if found.status is not ExportStatus.READY:
        raise AuditExportNotReady
    try:
        stream = files.open(found.file_key)
    except FileNotFoundError:
        raise AuditExportGone from None
    if tell:
        record(events.DOWNLOADED, found, sha256=found.sha256)
    return stream


def expired() -> list[UUID]:
    over = AuditExport.status == ExportStatus.READY, AuditExport.expires_at < clock.now()
    return list(db.session.scalars(sa.select(AuditExport.id).where(*over)))


def expire(export_id: UUID) -> str:
    """The key of the file that is to be deleted once this is committed."""
    found = locked(export_id)
    key, found.file_key, found.status = found.file_key, "", ExportStatus.EXPIRED
    record(events.EXPIRED, found)
    return key
