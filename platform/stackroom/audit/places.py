"""At which library a change happened: the record's own, or that of what it refers to.

A model whose library is not in `library_id` says where in `__library__`: a column of its own, or
`key.column` of the row that `key` refers to.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from stackroom.audit.copying import AT_ONCE
from tenants import context
from tenants.orm import Base

Row = tuple[type[Any], Mapping[str, Any]]
"""A class, and a row of it by column."""


def note(
    session: Session, known: dict[UUID, UUID | None], model: type[Any], values: Mapping[str, Any]
) -> None:
    """Take down what is loaded now: the session may have let go of it when the transaction ends."""
    key, column = _path(model)
    if column and (parent_id := values.get(key)) is not None and parent_id not in known:
        loaded = _loaded(session, _model_of(model.__table__, key), parent_id)
        if column in loaded:
            known[parent_id] = loaded[column]


def of_each(
    session: Session, rows: Sequence[Row], known: Mapping[UUID, UUID | None]
) -> list[UUID | None]:
    """In their order. What is known, or written here, is not asked for."""
    parents = {**_parents(session, rows, known), **known}
    return [_of(model, values, parents) for model, values in rows]


def _path(model: type[Any]) -> tuple[str, str]:
    key, _, column = getattr(model, "__library__", "library_id").partition(".")
    return key, column


def _of(
    model: type[Any], values: Mapping[str, Any], parents: Mapping[UUID, UUID | None]
) -> UUID | None:
    key, column = _path(model)
    found = values.get(key)
    return parents.get(found) if column and found else found


def _parents(
    session: Session, rows: Sequence[Row], known: Mapping[UUID, UUID | None]
) -> dict[UUID, UUID | None]:
    """The libraries of the rows that these refer to."""
    written = {values["id"]: values for _, values in rows}
    found: dict[UUID, UUID | None] = {}
    unknown: dict[tuple[type[Any], str], set[UUID]] = defaultdict(set)
    for model, values in rows:
        key, column = _path(model)
        parent_id = values.get(key) if column else None
        if parent_id is None or parent_id in found or parent_id in known:
            continue
        if parent_id in written:
            found[parent_id] = written[parent_id][column]
        else:
            unknown[_model_of(model.__table__, key), column].add(parent_id)
    for (parent, column), ids in unknown.items():
        found |= _asked(session, parent, column, sorted(ids))
    return found


@lru_cache
def _model_of(table: sa.Table, key: str) -> type[Base]:
    """The class to which a key refers."""
    parent = next(iter(table.c[key].foreign_keys)).column.table
    return next(each.class_ for each in Base.registry.mappers if each.local_table is parent)


def _loaded(session: Session, model: type[Any], row_id: UUID) -> Mapping[str, Any]:
    row = session.identity_map.get(identity_key(model, (context.current().id, row_id)))
    return sa.inspect(row).dict if row is not None else {}


def _asked(
    session: Session, model: type[Any], column: str, ids: Sequence[UUID]
) -> dict[UUID, UUID | None]:
    found: dict[UUID, UUID | None] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        wanted = sa.select(model.id, getattr(model, column)).where(model.id.in_(some))
        found |= {row[0]: row[1] for row in session.execute(wanted)}
    return found
