"""Reads that the trail tells of: once an hour for each reader and record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import ids, pseudonyms
from stackroom.audit.events import EventType, Subject, record
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.pseudonyms import Whose
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db, owe
from tenants import context


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that outlives the transaction which read it."""

    id: UUID
    label: str
    whose: Whose


def record_hourly(event: EventType, subjects: Iterable[Subject]) -> None:
    """Leave the event for each subject of whom this reader has left none in this hour. It is
    written after the transaction that reads, which so waits for no other writer, and before the
    answer: what cannot be written down is not answered. The event counts the label of its subject
    among its `names`."""
    seen = {it.id: Seen(it.id, it.label, pseudonyms.whose(it)) for it in subjects}
    if fresh := _fresh(event, list(seen.values())):
        owe(partial(_record, event, fresh))


def _record(event: EventType, seen: Sequence[Seen]) -> None:
    _take_turns()
    for each in _fresh(event, seen):
        record(event, each, whose=each.whose)


def _take_turns() -> None:
    """One reader at a time; readers do not meet. On SQLite, writers take turns anyhow."""
    if db.session.get_bind().dialect.name == "postgresql":
        reader = f"reads of {context.current().id} by {provenance().actor.id}"
        turn = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(reader, 0))
        db.session.execute(sa.select(turn))


def _fresh(event: EventType, seen: Sequence[Seen]) -> list[Seen]:
    if not seen:
        return []
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    known = sa.select(AuditEntry.subject_id).where(
        AuditEntry.subject_id.in_([each.id for each in seen]),
        AuditEntry.transaction_id >= ids.first(hour),
        AuditEntry.action == event.action,
        sa.exists().where(
            AuditTransaction.id == AuditEntry.transaction_id,
            AuditTransaction.actor_id == provenance().actor.id,
        ),
    )
    told = set(db.session.scalars(known))
    return [each for each in seen if each.id not in told]
