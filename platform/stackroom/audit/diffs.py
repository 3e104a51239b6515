"""What a row version changed against the version before it, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_jsonable_python
from sqlalchemy.orm import Session, aliased

from stackroom.audit import pseudonyms
from stackroom.audit.pseudonyms import HIDDEN
from stackroom.audit.versioning import version_of
from stackroom.audit.writer import DELETE

BOOKKEEPING = frozenset({"tenant_id", "id", "revision"})
Fact = tuple[str, Any]
Key = tuple[UUID, int]
"""A row and a transaction."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`before` and `after` are JSON, None where the field held nothing. Where they are the ids of
    records, `refers_to` is their table and the labels say what they stand for."""

    field: str
    before: Any
    after: Any
    refers_to: str = ""
    before_label: str = ""
    after_label: str = ""


def changes(
    session: Session, model: type[Any], keys: Sequence[Key]
) -> dict[Key, list[FieldChange]]:
    """The changes of many versions of one class, in one statement."""
    version = version_of(model)
    now, then, older = aliased(version), aliased(version), aliased(version)
    last = (
        sa.select(sa.func.max(older.transaction_id))
        .where(older.id == now.id, older.transaction_id < now.transaction_id)
        .scalar_subquery()
    )
    pairs = (
        sa.select(now, then)
        .outerjoin(then, sa.and_(then.id == now.id, then.transaction_id == last))
        .where(sa.tuple_(now.id, now.transaction_id).in_(keys))
    )
    return {
        (present.id, present.transaction_id): _between(model, previous, present)
        for present, previous in session.execute(pairs)
    }


def _between(model: type[Any], previous: Any | None, present: Any) -> list[FieldChange]:
    if present.operation_type == DELETE:
        return diff(model, present, None)
    return diff(model, previous, present)


def diff(model: type[Any], before: Any | None, after: Any | None) -> list[FieldChange]:
    """Two states of a row, either of which may be missing."""
    table: sa.Table = model.__table__
    excluded = model.__versioned__.get("exclude", ())
    found: list[FieldChange] = []
    for column in table.columns:
        if column.name not in BOOKKEEPING and column.name not in excluded:
            old, new = (_read(column, row) for row in (before, after))
            found += _compare(old, new, _refers_to(column))
    return [_hidden(change) for change in found]


class Sealed(str):
    """Equal where what it hides is."""

    __slots__ = ()


def _read(column: sa.Column[Any], row: Any | None) -> list[Fact]:
    if kept := pseudonyms.sealed(row).get(column.name):
        return [(column.name, Sealed(kept))]
    return _facts(column, getattr(row, column.name, None))


def _hidden(change: FieldChange) -> FieldChange:
    before, after = (
        HIDDEN if isinstance(value, Sealed) else value for value in (change.before, change.after)
    )
    if HIDDEN in (before, after) and (before, after) != (change.before, change.after):
        return FieldChange(change.field, before, after)  # an id that is hidden refers to nothing
    return change


def _facts(column: sa.Column[Any], value: Any) -> list[Fact]:
    """A column as named values, empty ones left out. A document is told by its members, or as the
    function in the column's `info["lines"]` reads it: document → (name, text) in order."""
    if value is None or value in ("", [], {}):
        return []
    if lines := column.info.get("lines"):
        return [(f"{column.name} {name}", text) for name, text in lines(value)]
    plain = to_jsonable_python(value)
    if isinstance(plain, Mapping):
        return [(f"{column.name}.{name}", member) for name, member in plain.items()]
    return [(column.name, plain)]


def _compare(old: list[Fact], new: list[Fact], refers_to: str) -> list[FieldChange]:
    found: list[FieldChange] = []
    for field in dict.fromkeys(name for name, _ in (*old, *new)):
        gone, come = _unmatched(_values(old, field), _values(new, field))
        found += [FieldChange(field, b, a, refers_to) for b, a in zip_longest(gone, come)]
    return found


def _values(facts: list[Fact], field: str) -> list[Any]:
    return [value for name, value in facts if name == field]


def _unmatched(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """What only one side holds. Repeatable fields that merely changed places are no change."""
    gone, come = [], list(new)
    for value in old:
        if value in come:
            come.remove(value)
        else:
            gone.append(value)
    return gone, come


def _refers_to(column: sa.Column[Any]) -> str:
    return next((key.column.table.name for key in column.foreign_keys), "")
