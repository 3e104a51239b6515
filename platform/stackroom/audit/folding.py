"""Acts: the lines of one transaction, or of one batch, told as one by its most telling line."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from stackroom.audit.filters import SliceQuery
from stackroom.audit.leading import leads
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.narrowing import Condition, Narrowing, of_one
from stackroom.audit.paging import Slice, counted, read_to
from stackroom.audit.telling import Entry, told
from stackroom.core.database import db

SHOWN = 6
"""Lines of an act that are told in place; all of them are told on its own page."""
COUNTED = 1000
"""Lines of a batch are counted as far as this."""


@dataclass(frozen=True, slots=True)
class Act:
    """`others` are the first that `lead` stands for, `more` counts all of them: at least, where
    `is_exact` is False."""

    lead: Entry
    others: Sequence[Entry]
    more: int
    is_exact: bool


def acts(asked: Narrowing, query: SliceQuery) -> Slice[Act]:
    """Latest first; a batch stands where its latest line does. The number of statements depends on
    the number of versioned classes only."""
    floor = read_to(asked, query.before)
    heads = _heads(asked, query, floor).offset(query.offset).limit(query.per_page + 1)
    found = db.session.scalars(heads).all()
    shown, more = found[: query.per_page], len(found) > query.per_page
    edge = shown[-1] if more else floor
    return Slice(
        _folded(asked, shown), query.page, query.per_page, *counted(asked, query),
        f"{edge}-0" if edge else None, looked_through=more or not floor,
    )  # fmt: skip


def _heads(asked: Narrowing, query: SliceQuery, floor: int | None) -> sa.Select[Any]:
    """Transactions that hold a line which fits, those of a batch that has a later one left out."""
    at = asked.at if asked.by or asked.lines else AuditTransaction.id
    if asked.lines:
        wanted = asked.select(asked.order.label("at")).distinct()
        if not asked.by:
            wanted = wanted.join(AuditTransaction, of_one(AuditEntry, AuditTransaction))
    else:
        said = sa.select(sa.literal(1)).where(of_one(AuditEntry, AuditTransaction)).exists()
        wanted = sa.select(at).where(
            said, *(test(AuditTransaction) for test in asked.by), *(test(at) for test in asked.span)
        )
    if query.before:
        wanted = wanted.where(at < int(query.before.partition("-")[0]))
    alone = AuditTransaction.batch_id.is_(None)
    wanted = wanted.where(sa.or_(alone, ~_later_in_batch(asked)))
    if floor:
        wanted = wanted.where(at >= floor)
    return wanted.order_by(sa.desc("at") if asked.lines else at.desc())


def _later_in_batch(asked: Narrowing) -> Condition:
    """One that set everything back has no lines."""
    later, line = aliased(AuditTransaction), aliased(AuditEntry)
    fits = sa.select(sa.literal(1)).where(
        of_one(line, later), *(test(line) for test in asked.lines)
    )
    found: Condition = (
        sa.select(sa.literal(1))
        .where(
            later.tenant_id == AuditTransaction.tenant_id,
            leads(later.batch_id == AuditTransaction.batch_id),
            later.id > AuditTransaction.id,
            *(test(later.id) for test in asked.span),
            fits.exists(),
        )
        .exists()
    )
    return found


def _folded(asked: Narrowing, transactions: Sequence[int]) -> list[Act]:
    lines, numbers = _telling(asked, transactions)
    entries = told(lines)
    sizes = _batches(asked, {each.by.batch_id for each in entries if each.by.batch_id})
    groups: dict[int, list[Entry]] = defaultdict(list)
    for each in entries:
        groups[each.line.transaction_id].append(each)
    return [_act(groups[at], numbers[at], sizes) for at in transactions]


def _act(entries: list[Entry], number: int, sizes: dict[UUID, int]) -> Act:
    """Versions that say nothing fold away behind those that do."""
    telling = [each for each in entries if says_something(each)] or entries[:1]
    number = max(number, sizes.get(entries[0].by.batch_id or UUID(int=0), 0))
    hidden = len(entries) - len(telling)
    return Act(telling[0], telling[1:], min(number, COUNTED) - hidden - 1, number <= COUNTED)


def says_something(entry: Entry) -> bool:
    return bool(entry.changes) or entry.line.data is not None


def _telling(
    asked: Narrowing, transactions: Sequence[int]
) -> tuple[list[AuditEntry], dict[int, int]]:
    """Of each transaction the most telling lines: events, then what came or went, then changes.
    And how many there are."""
    weight = sa.case(
        (AuditEntry.data.is_not(None), 0), (AuditEntry.action.endswith(".updated"), 2), else_=1
    )
    transaction = AuditEntry.transaction_id
    rank = sa.func.row_number().over(
        partition_by=transaction, order_by=(weight, AuditEntry.position)
    )
    number = sa.func.count().over(partition_by=transaction)
    ranked = (
        sa.select(transaction, AuditEntry.position, rank.label("rank"), number.label("number"))
        .where(transaction.in_(transactions), *(test(AuditEntry) for test in asked.lines))
        .subquery()
    )
    rows = db.session.execute(
        sa.select(AuditEntry, ranked.c.number)
        .join(
            ranked,
            sa.and_(
                ranked.c.transaction_id == AuditEntry.transaction_id,
                ranked.c.position == AuditEntry.position,
            ),
        )
        .where(ranked.c.rank <= SHOWN)
        .order_by(ranked.c.transaction_id, ranked.c.rank)
    ).all()
    return [line for line, _ in rows], {line.transaction_id: number for line, number in rows}


def _batches(asked: Narrowing, batches: set[UUID]) -> dict[UUID, int]:
    """How many lines each holds, one statement for all of them."""
    if not batches:
        return {}
    counts = [_size(asked, batch) for batch in sorted(batches)]
    return {row[0]: row[1] for row in db.session.execute(sa.union_all(*counts))}


def _size(asked: Narrowing, batch: UUID) -> sa.Select[UUID, int]:
    whole = Narrowing(asked.lines, (lambda by: by.batch_id == batch,), asked.span)
    some = whole.select(sa.literal(1)).limit(COUNTED + 1).subquery()
    return sa.select(sa.literal(batch, sa.Uuid()), sa.func.count()).select_from(some)
