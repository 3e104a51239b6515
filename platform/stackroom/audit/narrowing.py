"""Which lines of the trail a query asks for, newest first."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from stackroom.audit import ids
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.schemas import EntryQuery
from stackroom.audit.words import fold
from tenants import context


def narrowed(query: EntryQuery) -> sa.Select[Any]:
    wanted = sa.select(AuditEntry).where(*_span(query), *_contains(AuditEntry.words, query.q))
    for column, value in (
        (AuditEntry.action, query.action),
        (AuditEntry.subject_type, query.subject_type),
        (AuditEntry.subject_id, query.subject_id),
    ):
        if value:
            wanted = wanted.where(column == value)
    if by := list(_by(query)):
        transactions = sa.select(AuditTransaction.id).where(*by)
        wanted = wanted.where(AuditEntry.transaction_id.in_(transactions))
    return wanted.order_by(AuditEntry.transaction_id.desc(), AuditEntry.position.desc())


def _span(query: EntryQuery) -> Iterator[sa.ColumnElement[bool]]:
    if query.since:
        yield AuditEntry.transaction_id >= ids.first(_instant(query.since))
    if query.until:
        yield AuditEntry.transaction_id < ids.first(_instant(query.until, end_of_day=True))


def _instant(moment: date | datetime, *, end_of_day: bool = False) -> datetime:
    """Days, and instants that name no zone, are those of the organisation."""
    zone = ZoneInfo(context.current().timezone)
    if not isinstance(moment, datetime):
        day = moment + timedelta(days=1) if end_of_day else moment
        return datetime.combine(day, time(), zone).astimezone(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _by(query: EntryQuery) -> Iterator[sa.ColumnElement[bool]]:
    if query.channel:
        yield AuditTransaction.channel == query.channel.value
    try:
        yield AuditTransaction.actor_id == UUID(query.actor)
    except ValueError:
        yield from _contains(AuditTransaction.actor_words, query.actor)


def _contains(column: Any, words: str) -> Iterator[sa.ColumnElement[bool]]:
    return (column.contains(word, autoescape=True) for word in fold(words).split())
