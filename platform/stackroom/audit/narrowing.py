"""Which lines of the trail are asked for, newest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from stackroom.audit import ids
from stackroom.audit.actions import known_actions
from stackroom.audit.filters import Filters
from stackroom.audit.leading import leads
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.words import fold
from stackroom.core import clock
from tenants import context

Condition = sa.ColumnElement[Any]
Test = Callable[[Any], Condition]
"""Of lines, or of transactions; also under another name within one statement."""
DAYS = {"today": 0, "7d": 6, "30d": 29}
"""How many days before today a period begins."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """`reads_each`: no index knows the lines that fit, so each has to be read. `few`: they are
    sooner gathered and sorted than looked for along the trail, which no planner would know."""

    lines: tuple[Test, ...] = ()
    by: tuple[Test, ...] = ()
    span: tuple[Test, ...] = ()
    """Of the transaction's id."""
    reads_each: bool = False
    few: bool = False

    @property
    def at(self) -> Any:
        """The transaction, as the index that leads has it."""
        return AuditTransaction.id if self.by else AuditEntry.transaction_id

    def select(self, *columns: Any) -> sa.Select[Any]:
        wanted = sa.select(*columns).select_from(AuditEntry)
        if self.by:
            wanted = wanted.join(AuditTransaction, of_one(AuditEntry, AuditTransaction))
        return wanted.where(
            *(test(AuditEntry) for test in self.lines),
            *(test(AuditTransaction) for test in self.by),
            *(test(self.at) for test in self.span),
        )

    @property
    def order(self) -> Any:
        """No index gives the order of a sum."""
        return self.at + 0 if self.few else self.at

    def newest_first(self) -> sa.Select[Any]:
        return self.select(AuditEntry).order_by(self.order.desc(), AuditEntry.position.desc())


def of_one(line: Any, transaction: Any) -> Condition:
    return sa.and_(transaction.tenant_id == line.tenant_id, transaction.id == line.transaction_id)


def narrowed(query: Filters) -> sa.Select[Any]:
    """Every line that fits, newest first."""
    return narrowing(query).newest_first()


def narrowing(query: Filters) -> Narrowing:
    few = query.subject_id or query.batch_id or query.request_id
    read = query.q or query.only or (query.actor and not _id(query.actor))
    return Narrowing(
        tuple(_lines(query)), tuple(_by(query)), tuple(_span(query)), bool(read and not few)
    )


def _lines(query: Filters) -> Iterator[Test]:
    for name in ("subject_type", "subject_id", "library_id"):
        if value := getattr(query, name):
            yield _is(name, value)
    if query.action.endswith("."):
        group = [each for each in known_actions() if each.startswith(query.action)]
        yield lambda line: leads(line.action.in_(group))
    elif query.action:
        yield _is("action", query.action)
    if query.only:
        is_change = query.only == "changes"
        yield lambda line: line.data.is_(None) if is_change else line.data.is_not(None)
    yield from _contains("words", query.q)


def _by(query: Filters) -> Iterator[Test]:
    if query.channel:
        yield _is("channel", query.channel.value)
    for name in ("batch_id", "request_id"):
        if value := getattr(query, name):
            yield _is(name, value)
    if query.impersonated:
        yield let_in
    if actor_id := _id(query.actor):
        yield _is("actor_id", actor_id)
    else:
        yield from _contains("actor_words", query.actor)


def let_in(transaction: Any) -> Condition:
    """First as the partial index says it: no other words, and no bound value, lead to it."""
    support = transaction.on_behalf_of
    return sa.and_(support != sa.literal_column("''"), leads(support > ""))


def _is(name: str, value: Any) -> Test:
    return lambda row: leads(getattr(row, name) == value)


def _contains(name: str, words: str) -> Iterator[Test]:
    return (_holds(name, word) for word in fold(words).split())


def _holds(name: str, word: str) -> Test:
    return lambda row: getattr(row, name).contains(word, autoescape=True)


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _span(query: Filters) -> Iterator[Test]:
    since = query.since
    if query.period:
        since = _today() - timedelta(days=DAYS[query.period])
    if since:
        first = ids.first(_instant(since))
        yield lambda at: at >= first
    if query.until:
        last = ids.first(_instant(query.until, end_of_day=True))
        yield lambda at: at < last


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(context.current().timezone)).date()


def _instant(moment: date | datetime, *, end_of_day: bool = False) -> datetime:
    """Days, and instants that name no zone, are those of the organisation."""
    zone = ZoneInfo(context.current().timezone)
    if not isinstance(moment, datetime):
        day = moment + timedelta(days=1) if end_of_day else moment
        return datetime.combine(day, time(), zone).astimezone(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
