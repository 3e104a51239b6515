"""What a row version changed against the version before it, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_jsonable_python
from sqlalchemy.orm import Session, aliased

from stackroom.audit import pieces, pseudonyms, wording
from stackroom.audit.gathering import DELETE
from stackroom.audit.pieces import Part
from stackroom.audit.pseudonyms import HIDDEN
from stackroom.audit.versioning import version_of

BOOKKEEPING = frozenset({"tenant_id", "id", "revision"})
Key = tuple[UUID, int]
"""A row and a transaction."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`before` and `after` are JSON, None where the field held nothing; equal where a part of a
    document only changed places. Their labels are what people read in their stead, empty where
    the values read as they are, ids by the names of their records. `detail` tells what differs
    within the two."""

    field: str
    before: Any
    after: Any
    label: str = ""
    before_label: str = ""
    after_label: str = ""
    is_id: bool = False
    detail: tuple[Part, ...] = ()


class Difference(NamedTuple):
    """What one version changed, and the record it belongs to, as `__part_of__` names it."""

    changes: list[FieldChange]
    parent_id: UUID | None


def changes(session: Session, model: type[Any], keys: Sequence[Key]) -> dict[Key, Difference]:
    """The changes of many versions of one class, in one statement."""
    version = version_of(model)
    now, then = aliased(version), aliased(version)
    asked = _with_the_last(version, keys)
    pairs = (
        sa.select(now, then)
        .join(asked, sa.and_(asked.c.id == now.id, asked.c.at == now.transaction_id))
        .outerjoin(then, sa.and_(then.id == asked.c.id, then.transaction_id == asked.c.last))
    )
    return {
        (present.id, present.transaction_id): Difference(
            _between(model, previous, present),
            getattr(present, model.__part_of__) if model.__part_of__ else None,
        )
        for present, previous in session.execute(pairs)
    }


def _with_the_last(version: Any, keys: Sequence[Key]) -> sa.CTE:
    """Each version, and which one came before it. Found first, once for each: no index leads to
    what a subquery says where a policy stands on the table, so PostgreSQL would look it up anew
    for every version of the record."""
    now, older = aliased(version), aliased(version)
    last = sa.select(sa.func.max(older.transaction_id)).where(
        older.id == now.id, older.transaction_id < now.transaction_id
    )
    asked = sa.select(
        now.id, now.transaction_id.label("at"), last.scalar_subquery().label("last")
    ).where(sa.tuple_(now.id, now.transaction_id).in_(keys))
    return asked.cte("asked").prefix_with("MATERIALIZED", dialect="postgresql")


def _between(model: type[Any], previous: Any | None, present: Any) -> list[FieldChange]:
    if present.operation_type == DELETE:
        return diff(model, present, None)
    return diff(model, previous, present)


def diff(model: type[Any], before: Any | None, after: Any | None) -> list[FieldChange]:
    """Two states of a row, either of which may be missing."""
    found: list[FieldChange] = []
    for column in _told(model):
        old, new = (_read(column, row) for row in (before, after))
        if old != new:
            found += _compare(model, column, old, new)
    return found


def _told(model: type[Any]) -> list[sa.Column[Any]]:
    """What only repeats other columns comes last."""
    table: sa.Table = model.__table__
    untold = BOOKKEEPING.union(model.__versioned__.get("exclude", ()))
    told = (column for column in table.columns if column.name not in untold)
    return sorted(told, key=lambda column: column.name in model.__drawn__)


class Sealed(str):
    """Equal where what it hides is."""

    __slots__ = ()


def hidden(model: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with what is personal in it sealed from the reader's eye: it can only be compared."""
    told = pseudonyms.of(model)
    kept = {name for name in told.columns if row[name] not in (None, "")} if told else ()
    return {**row, **{name: Sealed(row[name]) for name in kept}}


def _read(column: sa.Column[Any], row: Any | None) -> Any:
    if kept := pseudonyms.sealed(row).get(column.name):
        return Sealed(kept)
    return _held(getattr(row, column.name, None))


def _held(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _compare(model: type[Any], column: sa.Column[Any], old: Any, new: Any) -> list[FieldChange]:
    """A document is told by its members, or as the function in the column's `info["compare"]`
    tells two of them apart."""
    if compare := column.info.get("compare"):
        told: list[FieldChange] = compare(column.name, old, new)
        return told
    label = wording.label(model, column.name)
    if isinstance(old, Sealed) or isinstance(new, Sealed):
        # an id that is hidden refers to nothing
        return [FieldChange(column.name, _hidden(old), _hidden(new), label)]
    if isinstance(old if new is None else new, Mapping):
        return list(_members(column.name, label, old or {}, new or {}))
    return [
        FieldChange(
            column.name,
            to_jsonable_python(old),
            to_jsonable_python(new),
            label,
            wording.worded(model, column, old),
            wording.worded(model, column, new),
            isinstance(column.type, sa.Uuid),
            _detail(old, new),
        )
    ]


def _hidden(value: Any) -> Any:
    return HIDDEN if isinstance(value, Sealed) else to_jsonable_python(value)


def _members(
    field: str, label: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[FieldChange]:
    for name in dict.fromkeys([*old, *new]):
        before, after = _held(old.get(name)), _held(new.get(name))
        if before != after:
            yield FieldChange(
                f"{field}.{name}",
                before,
                after,
                f"{label}: {name.replace('_', ' ')}",
                wording.member(before),
                wording.member(after),
                detail=_detail(before, after),
            )


def _detail(old: Any, new: Any) -> tuple[Part, ...]:
    if isinstance(old, str) and isinstance(new, str):
        return pieces.words(old, new)
    if isinstance(old, list) and isinstance(new, list):
        return pieces.members([*map(wording.text, old)], [*map(wording.text, new)])
    return ()


def refers_to(column: sa.Column[Any]) -> str:
    """The table whose ids it holds; empty where it holds none."""
    return next((key.column.table.name for key in column.foreign_keys), "")
