"""Pages of v1: `page`, `per_page`, `total`, and `Link` headers (RFC 8288)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from stackroom.core.schemas import Storable

T = TypeVar("T")
U = TypeVar("U")


class Query(Storable):
    """A misspelt filter must not silently answer with everything, so nothing extra is let in."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Query):
    page: int = Field(1, ge=1, le=100_000, description="counted from 1")
    per_page: int = Field(20, ge=1, le=100)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    page: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    def map(self, convert: Callable[[T], U]) -> "Page[U]":
        return Page([convert(item) for item in self.items], self.page, self.per_page, self.total)

    def links(self) -> str:
        """The value of the `Link` header of the present request."""
        wanted = {"first": 1, "prev": self.page - 1, "next": self.page + 1, "last": self.pages}
        return ", ".join(
            f'<{_address(page)}>; rel="{name}"'
            for name, page in wanted.items()
            if 1 <= page <= self.pages
        )


def _address(page: int) -> str:
    arguments = request.args.copy()
    arguments["page"] = str(page)
    return f"{request.path}?{urlencode(list(arguments.items(multi=True)))}"


def paginate(session: Session, statement: sa.Select[Any], query: PageQuery) -> Page[Any]:
    """Two statements whatever the number of rows: the count, and one page."""
    total = session.scalar(
        sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())
    )
    rows = session.scalars(statement.limit(query.per_page).offset(query.offset)).unique().all()
    return Page(rows, query.page, query.per_page, total or 0)
