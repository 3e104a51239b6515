"""Many deletions within an hour, and operations that touch many records at once (PAINS 2.1)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from stackroom.audit.acts import READ_AT_MOST, within
from stackroom.audit.events import EVENTS
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import subject_type, versioned_models
from stackroom.core.controls import (
    ENTRIES_NAMED,
    Bar,
    Control,
    Finding,
    Findings,
    Parameters,
    Span,
    kept,
    measured,
)
from stackroom.core.database import db

HOUR = timedelta(hours=1)


class Limits(Parameters):
    deletions: int = Field(
        20, ge=2, le=100_000, title="Deletions within an hour",
        description="So many records that one person deletes within any hour are a finding.",
    )  # fmt: skip
    records: int = Field(
        200, ge=2, le=1_000_000, title="Records of one operation",
        description="A batch, or one act, that touches so many records is a finding.",
    )  # fmt: skip


class Stroke(NamedTuple):
    """One transaction of somebody, and how many records it touched. `first`: its first line."""

    actor_id: UUID | None
    actor: str
    at: datetime
    transaction_id: int
    first: int
    records: int

    @property
    def entry(self) -> str:
        return f"{self.transaction_id}-{self.first}"


def run(span: Span, limits: Limits) -> Findings:
    deleting = _strokes(span, AuditEntry.action.in_(_deletions()))
    rows = [*_hours(deleting, limits.deletions), *_batches(span, limits.records)]
    rows += _large(span, limits.records)
    deleted: dict[str, int] = defaultdict(int)
    for each in deleting:
        deleted[each.actor] += each.records
    return kept(
        sorted(rows, key=lambda each: -each.figure("records")),
        looked_at=sum(deleted.values()),
        measure="records deleted",
        bars=[Bar(label=who, value=number) for who, number in _most(deleted)],
        notes=["A record that only ceases to be used, such as a patron, counts as deleted too."],
        cut=len(deleting) >= READ_AT_MOST,
    )


def _deletions() -> list[str]:
    rows = {f"{subject_type(model)}.deleted" for model in versioned_models()}
    return sorted(rows | {action for action in EVENTS if action.endswith(".deleted")})


def _most(numbers: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda each: (-each[1], each[0]))


def _grouped(span: Span, *where: sa.ColumnElement[bool]) -> sa.Select[int, int, int]:
    """Transactions of the span, the first of their lines and how many records they touched."""
    return (
        sa.select(
            AuditEntry.transaction_id,
            sa.func.min(AuditEntry.position).label("first"),
            sa.func.count(AuditEntry.subject_id.distinct()).label("records"),
        )
        .where(*within(span), *where)
        .group_by(AuditEntry.transaction_id)
    )


def _strokes(span: Span, *where: sa.ColumnElement[bool], at_least: int = 1) -> list[Stroke]:
    touched = _grouped(span, *where)
    touched = touched.having(sa.func.count(AuditEntry.subject_id.distinct()) >= at_least)
    found = touched.subquery()
    by = AuditTransaction
    rows = db.session.execute(
        sa.select(by.actor_id, by.actor_label, by.at, by.id, found.c.first, found.c.records)
        .join(found, found.c.transaction_id == by.id)
        .order_by(by.id)
        .limit(READ_AT_MOST)
    )
    return [Stroke(*row) for row in rows]


def _hours(strokes: Sequence[Stroke], threshold: int) -> Iterator[Finding]:
    """Of each person, hours that do not overlap, each begun by a deletion."""
    theirs: dict[tuple[UUID | None, str], list[Stroke]] = defaultdict(list)
    for each in strokes:
        theirs[each.actor_id, each.actor if each.actor_id is None else ""].append(each)
    for done in theirs.values():
        start = 0
        while start < len(done):
            end = bisect_left(done, done[start].at + HOUR, key=lambda each: each.at)
            hit = sum(each.records for each in done[start:end]) >= threshold
            if hit:
                yield _finding("Deleted many records within an hour", done[start:end])
            start = end if hit else start + 1


def _large(span: Span, threshold: int) -> Iterator[Finding]:
    for each in _strokes(span, at_least=threshold):
        yield _finding("Touched many records in one act", [each])


def _batches(span: Span, threshold: int) -> Iterator[Finding]:
    """All that was done under one batch, however many transactions it took."""
    touched, by = _grouped(span).subquery(), AuditTransaction
    records = sa.func.sum(touched.c.records)
    rows = db.session.execute(
        sa.select(
            sa.func.max(by.actor_label), by.batch_id, sa.func.count(), records,
            sa.func.min(by.id), sa.func.min(by.at, type_=by.at.type),
        )
        .join(touched, touched.c.transaction_id == by.id)
        .where(by.batch_id.is_not(None))
        .group_by(by.batch_id)
        .having(records >= threshold)
        .order_by(by.batch_id)
    )  # fmt: skip
    for actor, batch_id, transactions, number, first, at in rows:
        yield Finding(
            what=f"Touched many records in one batch, {batch_id}", who=actor, at=at,
            figures=measured({"records": int(number), "transactions": transactions}),
            entries=[f"{first}-0"],
        )  # fmt: skip


def _finding(what: str, strokes: Sequence[Stroke]) -> Finding:
    records = sum(each.records for each in strokes)
    return Finding(
        what=what, who=strokes[0].actor, who_id=strokes[0].actor_id, at=strokes[0].at,
        figures=measured({"records": records, "transactions": len(strokes)}),
        entries=[each.entry for each in strokes[:ENTRIES_NAMED]],
    )  # fmt: skip


BULK = Control(
    "audit.bulk",
    "Many deletions, and operations on many records",
    "Who empties a catalogue by mistake or in anger does it in an hour; a few deletions are work.",
    Limits,
    run,
)
