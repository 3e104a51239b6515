"""Pages of the trail by what they lie behind, which cost the same however long the trail is; and,
as v1 has promised, by their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request

from stackroom.audit.filters import SliceQuery, place
from stackroom.audit.models import AuditEntry
from stackroom.audit.narrowing import Condition, Narrowing
from stackroom.core.database import db

T = TypeVar("T")
U = TypeVar("U")
COUNTED = 10_000
"""A total is exact up to here."""
READ = 100_000
"""So many lines are read for one page, where each has to be."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """`older` is what the next page lies behind, None at the end. `looked_through`: False where
    the reading ended before the trail did."""

    items: Sequence[T]
    page: int
    per_page: int
    total: int
    total_is_exact: bool
    older: str | None
    looked_through: bool = True

    def holding(self, items: Sequence[U]) -> "Slice[U]":
        """The same place in the trail, told otherwise."""
        return Slice(
            items, self.page, self.per_page, self.total, self.total_is_exact, self.older,
            self.looked_through,
        )  # fmt: skip

    def links(self) -> str:
        """The value of the `Link` header of the present request."""
        named = {"first": _address()}
        if self.page > 1:
            named["prev"] = _address(page=self.page - 1)
        if self.older:
            named["next"] = _address(before=self.older)
        return ", ".join(f'<{address}>; rel="{name}"' for name, address in named.items())


def _address(**changed: Any) -> str:
    kept = {name: text for name, text in request.args.items() if name not in ("page", "before")}
    return f"{request.path}?{urlencode({**kept, **changed})}"


def sliced(asked: Narrowing, query: SliceQuery) -> Slice[AuditEntry]:
    """Two statements, and one or two more where each line has to be read."""
    floor = read_to(asked, query.before)
    wanted = asked.newest_first().where(*behind(asked, query), *above(asked, floor))
    page = wanted.limit(query.per_page + 1).offset(query.offset)
    rows = db.session.scalars(page).all()
    total = counted(asked, query)
    shown, more = rows[: query.per_page], len(rows) > query.per_page
    older = shown[-1].id if more else floor and f"{floor}-0"
    return Slice(
        shown, query.page, query.per_page, *total, older or None, looked_through=more or not floor
    )


def behind(asked: Narrowing, query: SliceQuery) -> list[Condition]:
    at, position = asked.at, AuditEntry.position
    found: list[Condition] = []
    if query.before:
        edge, there = place(query.before)
        found += [at <= edge, sa.or_(at < edge, position < there)]
    if query.after:
        edge, there = place(query.after)
        found += [at >= edge, sa.or_(at > edge, position > there)]
    return found


def above(asked: Narrowing, floor: int | None) -> list[Condition]:
    return [asked.at >= floor] if floor else []


def read_to(asked: Narrowing, before: str = "") -> int | None:
    """The transaction at which the reading ends; None where it reads to the end of the trail."""
    if not asked.reads_each:
        return None
    wanted = sa.select(AuditEntry.transaction_id).order_by(AuditEntry.transaction_id.desc())
    wanted = wanted.where(*(test(AuditEntry.transaction_id) for test in asked.span))
    if before:
        wanted = wanted.where(AuditEntry.transaction_id < place(before)[0])
    found: int | None = db.session.scalar(wanted.offset(READ).limit(1))
    return found


def counted(asked: Narrowing, query: SliceQuery) -> tuple[int, bool]:
    """How many fit in all, or at least; and whether that is exact."""
    floor = read_to(asked)
    newer = behind(asked, query.model_copy(update={"before": ""}))
    some = asked.select(sa.literal(1)).where(*newer, *above(asked, floor)).limit(COUNTED + 1)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0
    return min(total, COUNTED), total <= COUNTED and not floor
