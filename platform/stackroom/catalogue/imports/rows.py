"""Whole rows as dictionaries, read by sets of keys: what `audit.bulk.update` wants back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from tenants.orm import Scoped

Row = dict[str, Any]
T = TypeVar("T")
_KEYS_AT_ONCE = 5_000  # PostgreSQL takes 65,535 parameters in a statement, SQLite 32,766


def slices(keys: Iterable[T]) -> Iterator[Sequence[T]]:
    listed = list(keys)
    for start in range(0, len(listed), _KEYS_AT_ONCE):
        yield listed[start : start + _KEYS_AT_ONCE]


def rows_where(
    session: Session, model: type[Scoped], condition: sa.ColumnElement[bool]
) -> list[Row]:
    attributes = [getattr(model, attribute.key) for attribute in sa.inspect(model).column_attrs]
    found = session.execute(sa.select(*attributes).where(condition))
    return [dict(row) for row in found.mappings()]


def rows_by(
    session: Session, model: type[Scoped], column: InstrumentedAttribute[T], keys: Iterable[T]
) -> list[Row]:
    return [row for some in slices(keys) for row in rows_where(session, model, column.in_(some))]
