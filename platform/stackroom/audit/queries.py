"""One timeline of row versions and semantic events: which lines, and what each of them tells."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from stackroom.audit import diffs, ids
from stackroom.audit.diffs import FieldChange
from stackroom.audit.events import EVENTS
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.schemas import EntryQuery
from stackroom.audit.versioning import subject_type, versioned_models
from stackroom.audit.words import fold
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, paginate
from tenants import context

ENTRY_ID = re.compile(r"(\d{1,18}|[1-8]\d{18})-(\d{1,9})")
"""Never more than the database's integers hold."""
VERBS = {"created": "created", "updated": "changed", "deleted": "deleted"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline, the transaction it belongs to, and the fields it changed."""

    line: AuditEntry
    by: AuditTransaction
    changes: list[FieldChange]

    @property
    def sentence(self) -> str:
        """What was done, to be read after the actor's name."""
        label, event = self.line.subject_label, EVENTS.get(self.line.action)
        if event and self.line.data is not None:
            return event.tell(label, self.line.data)
        kind, _, verb = self.line.action.partition(".")
        return f"{VERBS.get(verb, verb)} the {kind.replace('_', ' ')} “{label}”"


def entries(query: EntryQuery) -> Page[Entry]:
    """Newest first. The number of statements depends on the number of versioned classes only."""
    page = paginate(db.session(), _narrowed(query), query)
    return Page(_told(page.items), page.page, page.per_page, page.total)


def entry(entry_id: str) -> Entry:
    """Raises NotFound."""
    found = ENTRY_ID.fullmatch(entry_id)
    if found is None:
        raise NotFound
    transaction_id, position = map(int, found.groups())
    line = db.session.scalar(
        sa.select(AuditEntry).where(
            AuditEntry.transaction_id == transaction_id, AuditEntry.position == position
        )
    )
    if line is None:
        raise NotFound
    return _told([line])[0]


def _narrowed(query: EntryQuery) -> sa.Select[Any]:
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


def _told(lines: Sequence[AuditEntry]) -> list[Entry]:
    by = _transactions({line.transaction_id for line in lines})
    changes = _labelled(_changes(lines))
    return [Entry(line, by[line.transaction_id], changes.get(line.id, [])) for line in lines]


def _transactions(wanted: set[int]) -> dict[int, AuditTransaction]:
    found = db.session.scalars(sa.select(AuditTransaction).where(AuditTransaction.id.in_(wanted)))
    return {transaction.id: transaction for transaction in found}


def _changes(lines: Sequence[AuditEntry]) -> dict[str, list[FieldChange]]:
    models = {subject_type(model): model for model in versioned_models()}
    versions: dict[str, dict[diffs.Key, str]] = defaultdict(dict)
    for line in lines:
        if line.data is None and line.subject_id and line.subject_type in models:
            versions[line.subject_type][line.subject_id, line.transaction_id] = line.id
    return {
        line_ids[key]: found
        for kind, line_ids in versions.items()
        for key, found in diffs.changes(db.session(), models[kind], list(line_ids)).items()
    }


def _labelled(changes: dict[str, list[FieldChange]]) -> dict[str, list[FieldChange]]:
    """Say what the changed ids stand for, as far as those records still exist."""
    labels = _labels([change for found in changes.values() for change in found])
    return {
        line_id: [
            replace(
                change,
                before_label=labels.get(str(change.before), ""),
                after_label=labels.get(str(change.after), ""),
            )
            if change.refers_to
            else change
            for change in found
        ]
        for line_id, found in changes.items()
    }


def _labels(changes: Sequence[FieldChange]) -> dict[str, str]:
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for change in changes:
        if change.refers_to:
            wanted[change.refers_to] |= {UUID(it) for it in (change.before, change.after) if it}
    return {
        str(row.id): row.label
        for model in versioned_models()
        if model.__tablename__ in wanted
        for row in db.session.scalars(
            sa.select(model).where(model.id.in_(wanted[model.__tablename__]))
        )
    }
