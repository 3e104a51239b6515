"""Acts within a span, as the controls read them: by ranges of the trail's own keys."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import ids
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.core.actor import ActorType
from stackroom.core.controls import ENTRIES_NAMED, Span
from stackroom.core.database import db

READ_AT_MOST = 50_000
"""Lines of one statement; whoever needs more chooses a shorter span."""


class Act(NamedTuple):
    """A line of the trail, and who left it."""

    transaction_id: int
    position: int
    action: str
    subject_type: str
    subject_id: UUID | None
    subject_label: str
    data: dict[str, Any] | None
    at: datetime
    actor_id: UUID | None
    actor: str
    ip: str

    @property
    def entry(self) -> str:
        return f"{self.transaction_id}-{self.position}"


_ACT = (
    AuditEntry.transaction_id, AuditEntry.position, AuditEntry.action, AuditEntry.subject_type,
    AuditEntry.subject_id, AuditEntry.subject_label, AuditEntry.data,
    AuditTransaction.at, AuditTransaction.actor_id, AuditTransaction.actor_label,
    AuditTransaction.ip,
)  # fmt: skip


def within(span: Span) -> list[sa.ColumnElement[bool]]:
    found = [
        AuditEntry.transaction_id >= ids.first(span.since),
        AuditEntry.transaction_id < ids.first(span.until),
    ]
    return [*found, AuditEntry.library_id == span.library_id] if span.library_id else found


def acts(span: Span, actions: Iterable[str] = (), *where: sa.ColumnElement[bool]) -> list[Act]:
    """Of `actions`, or of any, in their order; `where` may ask about entry and transaction. At
    most READ_AT_MOST."""
    wanted = (
        sa.select(*_ACT)
        .join(AuditTransaction, AuditTransaction.id == AuditEntry.transaction_id)
        .where(*within(span), *where)
        .order_by(AuditEntry.transaction_id, AuditEntry.position)
        .limit(READ_AT_MOST)
    )
    if actions := tuple(actions):
        wanted = wanted.where(AuditEntry.action.in_(actions))
    return [Act(*row) for row in db.session.execute(wanted)]


def counts(
    span: Span, actions: Iterable[str], *where: sa.ColumnElement[bool]
) -> dict[UUID, tuple[str, int]]:
    """By person: what they are called, and how often they did one of `actions`."""
    wanted = (
        sa.select(
            AuditTransaction.actor_id, sa.func.max(AuditTransaction.actor_label), sa.func.count()
        )
        .select_from(AuditEntry)
        .join(AuditTransaction, AuditTransaction.id == AuditEntry.transaction_id)
        .where(*within(span), AuditEntry.action.in_(tuple(actions)), is_person(), *where)
        .group_by(AuditTransaction.actor_id)
    )
    return {who: (name, number) for who, name, number in db.session.execute(wanted) if who}


def is_person() -> sa.ColumnElement[bool]:
    return AuditTransaction.actor_type == ActorType.PERSON.value


def named(found: Sequence[Act]) -> list[str]:
    """Their entries, as a finding names them."""
    return [each.entry for each in found[:ENTRIES_NAMED]]
