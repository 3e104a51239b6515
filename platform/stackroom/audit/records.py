"""The history of one record: its own, and that of what belongs to it; what somebody did; and what
an import or a bulk change did."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from stackroom.audit.filters import SliceQuery
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.narrowing import Narrowing
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.features import registry

Side = Literal["history", "done_by", "batch"]


class RecordQuery(SliceQuery):
    side: Side = Field(
        "history",
        description="what was done to it and to what belongs to it; what it did itself, of a "
        "person or a program; what it changed, of an import or a bulk change",
    )


def asked(record_type: str, record_id: UUID, side: Side) -> Narrowing:
    """Raises NotFound for a record of which the trail has never heard."""
    if side not in sides(record_type, record_id):
        raise NotFound
    return SIDES[side](record_type, record_id)


def _history(record_type: str, record_id: UUID) -> Narrowing:
    belongs = [relation(record_id).subquery() for relation in registry.related.get(record_type, ())]
    ids = [sa.select(sa.literal(record_id, sa.Uuid())), *(sa.select(each) for each in belongs)]
    return Narrowing((lambda line: line.subject_id.in_(sa.union_all(*ids)),), few=True)


def _done_by(_record_type: str, record_id: UUID) -> Narrowing:
    return Narrowing(by=(lambda by: by.actor_id == record_id,))


def _batch(_record_type: str, record_id: UUID) -> Narrowing:
    return Narrowing(by=(lambda by: by.batch_id == record_id,))


SIDES: dict[Side, Callable[[str, UUID], Narrowing]] = {
    "history": _history,
    "done_by": _done_by,
    "batch": _batch,
}


def sides(record_type: str, record_id: UUID) -> list[Side]:
    """Of which there is something to tell, in one statement. Raises NotFound where there is no
    line of such a record."""
    own = sa.select(AuditEntry.position).where(
        AuditEntry.subject_id == record_id, AuditEntry.subject_type == record_type
    )
    by = sa.select(AuditTransaction.id)
    known, did, batch = db.session.execute(
        sa.select(
            own.exists(),
            by.where(AuditTransaction.actor_id == record_id).exists(),
            by.where(AuditTransaction.batch_id == record_id).exists(),
        )
    ).one()
    if not known:
        raise NotFound
    found: tuple[tuple[Side, bool], ...] = (
        ("history", True), ("done_by", did), ("batch", batch)
    )  # fmt: skip
    return [side for side, there in found if there]


def label(record_type: str, record_id: UUID) -> str:
    """What it was called last."""
    latest = (
        sa.select(AuditEntry.subject_label)
        .where(AuditEntry.subject_id == record_id, AuditEntry.subject_type == record_type)
        .order_by(AuditEntry.transaction_id.desc(), AuditEntry.position.desc())
        .limit(1)
    )
    return db.session.scalar(latest) or ""
