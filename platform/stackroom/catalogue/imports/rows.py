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


def rows_by(
    session: Session, model: type[Scoped], column: InstrumentedAttribute[Any], keys: Iterable[Any]
) -> list[Row]:
    attributes = [getattr(model, attribute.key) for attribute in sa.inspect(model).column_attrs]
    return [
        dict(row)
        for some in slices(keys)
        for row in session.execute(sa.select(*attributes).where(column.in_(some))).mappings()
    ]
