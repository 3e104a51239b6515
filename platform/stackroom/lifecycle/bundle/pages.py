"""Long lists by the ORM, a page at a time, so that memory does not grow with the organisation."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, Session

from stackroom.lifecycle.bundle.rows import PAGE

Statement = Any
"""A `Select` of however many columns; mypy has no name for that."""


def pages(session: Session, statement: Statement, key: InstrumentedAttribute[Any]) -> Iterator[Any]:
    """In the order of `key`, which is unique and the first column of `statement`."""
    ordered = statement.order_by(key).limit(PAGE)
    page = session.execute(ordered).all()
    while page:
        yield from page
        page = session.execute(ordered.where(key > page[-1][0])).all() if len(page) == PAGE else []
