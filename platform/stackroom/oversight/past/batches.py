"""Imports, undos and other bulk operations: who, when, and how many rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import ids
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.words import fold
from stackroom.core.actor import Channel
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, paginate
from stackroom.oversight.past.models import Undo
from stackroom.oversight.past.moments import instant
from stackroom.oversight.past.schemas import BatchQuery

Kind = Literal["import", "undo", "bulk"]
IS_UNDO = AuditTransaction.batch_id.in_(sa.select(Undo.id))
IS_IMPORT = AuditTransaction.channel == Channel.IMPORT.value
IS_KIND = {"undo": IS_UNDO, "import": IS_IMPORT, "bulk": ~IS_UNDO & ~IS_IMPORT}


@dataclass(frozen=True, slots=True)
class Batch:
    id: UUID
    kind: Kind
    who: str
    reason: str
    began: datetime
    ended: datetime
    rows: int

    @property
    def label(self) -> str:
        return self.reason or f"bulk operation of {self.who}"


def batches(query: BatchQuery) -> Page[Batch]:
    """Newest first; four statements, whatever they hold."""
    batch = AuditTransaction.batch_id
    wanted = sa.select(batch).where(batch.is_not(None), *_narrowed(query)).group_by(batch)
    page = paginate(db.session(), wanted.order_by(sa.func.max(AuditTransaction.id).desc()), query)
    found = _told(page.items)
    return page.map(lambda batch_id: found[batch_id])


def batch(batch_id: UUID) -> Batch:
    """Raises NotFound."""
    found = _told([batch_id])
    if batch_id not in found:
        raise NotFound
    return found[batch_id]


def touched(batch_id: UUID) -> sa.Select[Any]:
    """The lines of rows that a batch wrote. Its own record, such as the counts of an import, is
    none of its work."""
    return (
        sa.select(AuditEntry)
        .join(AuditTransaction, AuditTransaction.id == AuditEntry.transaction_id)
        .where(
            AuditTransaction.batch_id == batch_id,
            AuditEntry.data.is_(None),
            AuditEntry.subject_id != batch_id,
        )
    )


def counts(batch_id: UUID) -> list[tuple[str, int]]:
    """How many rows by action, such as `bib.created`."""
    action, key = AuditEntry.action, AuditEntry.subject_id
    lines = touched(batch_id).with_only_columns(action, sa.func.count(key.distinct()))
    rows = db.session.execute(lines.group_by(action).order_by(action))
    return [(name, number) for name, number in rows]


def _narrowed(query: BatchQuery) -> Iterator[sa.ColumnElement[bool]]:
    if query.since:
        yield AuditTransaction.id >= ids.first(instant(query.since))
    if query.until:
        yield AuditTransaction.id < ids.first(instant(query.until, end_of_day=True))
    if query.kind:
        yield IS_KIND[query.kind]
    for word in query.q.split():
        yield sa.or_(
            AuditTransaction.actor_words.contains(fold(word), autoescape=True),
            AuditTransaction.reason.icontains(word, autoescape=True),
        )


def _told(wanted: Sequence[UUID]) -> dict[UUID, Batch]:
    spans = {
        batch_id: (first, began, ended)
        for batch_id, first, began, ended in db.session.execute(
            sa.select(
                AuditTransaction.batch_id,
                sa.func.min(AuditTransaction.id),
                sa.func.min(AuditTransaction.at),
                sa.func.max(AuditTransaction.at),
            )
            .where(AuditTransaction.batch_id.in_(wanted))
            .group_by(AuditTransaction.batch_id)
        )
    }
    kind = sa.case((IS_UNDO, "undo"), (IS_IMPORT, "import"), else_="bulk")
    firsts = sa.select(AuditTransaction, kind).where(
        AuditTransaction.id.in_([first for first, _, _ in spans.values()])
    )
    counted = _rows(wanted)
    found = {}
    for by, word in db.session.execute(firsts):
        key = by.batch_id
        found[key] = Batch(key, word, by.who, by.reason, *spans[key][1:], counted.get(key, 0))
    return found


def _rows(wanted: Sequence[UUID]) -> dict[UUID, int]:
    batch = AuditTransaction.batch_id
    counted = (
        sa.select(batch, sa.func.count(AuditEntry.subject_id.distinct()))
        .join(AuditEntry, AuditEntry.transaction_id == AuditTransaction.id)
        .where(batch.in_(wanted), AuditEntry.data.is_(None), AuditEntry.subject_id != batch)
        .group_by(batch)
    )
    return {batch_id: number for batch_id, number in db.session.execute(counted) if batch_id}
