"""What keeps rows from being as they were: something they refer to is gone, or somebody else has
what must be unique. Asked for many rows at once, and told in words."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.oversight.past import kinds
from stackroom.oversight.past.kinds import Link, Model
from stackroom.oversight.past.states import State, slices, states, transactions
from stackroom.web.times import local_time

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`first` is the record to restore first, where that is the remedy."""

    message: str
    first: State | None = None


Found = tuple[UUID, Obstacle]
"""A row and what keeps it from being as it was."""


def obstacles(
    model: Model, rows: Sequence[Row], coming: AbstractSet[UUID] = frozenset()
) -> dict[UUID, list[Obstacle]]:
    """By id of a row; `coming` are restored with them."""
    found: dict[UUID, list[Obstacle]] = defaultdict(list)
    for link in kinds.parents(model):
        for row_id, obstacle in _orphans(link, rows, coming):
            found[row_id].append(obstacle)
    for constraint in model.__table__.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            for row_id, obstacle in _taken(model, constraint, rows):
                found[row_id].append(obstacle)
    return found


def _orphans(link: Link, rows: Sequence[Row], coming: AbstractSet[UUID]) -> Iterator[Found]:
    wanted = {row[link.column] for row in rows} - {None} - coming
    gone = states(link.parent, wanted - _alive(link.parent, list(wanted)))
    told = transactions(each.version for each in gone.values())
    for row in rows:
        if parent := gone.get(row[link.column]):
            by = told[parent.version]
            message = (
                f"The {link.role} “{parent.label}” was deleted on {local_time(by.at)} "
                f"by {by.who}: restore it first."
            )
            yield row["id"], Obstacle(message, parent)


def _alive(model: Model, keys: Sequence[UUID]) -> set[UUID]:
    return {
        key
        for some in slices(keys)
        for key in db.session.scalars(sa.select(model.id).where(model.id.in_(some)))
    }


def _taken(model: Model, constraint: sa.UniqueConstraint, rows: Sequence[Row]) -> Iterator[Found]:
    names = [column.name for column in constraint.columns if column.name != "tenant_id"]
    by_values = {
        values: row["id"]
        for row in rows
        if None not in (values := tuple(row[name] for name in names))
    }
    columns = sa.tuple_(*(getattr(model, name) for name in names))
    for some in slices(list(by_values)):
        for other in db.session.scalars(sa.select(model).where(columns.in_(some))):
            values = tuple(getattr(other, name) for name in names)
            if by_values[values] != other.id:
                yield by_values[values], Obstacle(_whose(model, names, values, other.label))


def _whose(model: Model, names: list[str], values: tuple[Any, ...], label: str) -> str:
    pairs = zip(names, values, strict=True)
    told = " and the ".join(f"{name.replace('_', ' ')} “{value}”" for name, value in pairs)
    return f"The {told} is that of the {kinds.word(model)} “{label}” now: change that one first."
