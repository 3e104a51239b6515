"""What a record belonged to, and what belonged to it, at one instant.

The number of statements depends on the number of kinds alone. Whoever belonged to a record is
found by walking its kind's history within the organisation: a rare page does not cost each write
an index.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from stackroom.audit.gathering import DELETE
from stackroom.audit.versioning import version_of
from stackroom.core.database import db
from stackroom.oversight.past import kinds
from stackroom.oversight.past.kinds import Link
from stackroom.oversight.past.states import State, last_before, state, state_of

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Related:
    """The first of those that belonged to a record by one key, and how many there were."""

    link: Link
    states: list[State]
    total: int


def parents(child: State, before: int) -> list[tuple[Link, State]]:
    """A parent that was deleted by then is told as it was last."""
    named = [(link, child.values[link.column]) for link in kinds.parents(child.model)]
    # whose a record was may be sealed, and then leads nowhere
    found = [
        (link, state(link.parent, key, before)) for link, key in named if isinstance(key, UUID)
    ]
    return [(link, parent) for link, parent in found if parent]


def children(parent: State, before: int) -> list[Related]:
    found = (_children(link, parent.id, before) for link in kinds.children(parent.model))
    return [related for related in found if related.total]


def _children(link: Link, parent_id: UUID, before: int) -> Related:
    version = version_of(link.child)
    there = sa.select(version, sa.func.count().over()).where(
        *belonged(version, link, parent_id, before)
    )
    rows = db.session.execute(there.order_by(version.id).limit(SHOWN)).all()
    return related(link, rows)


def related(link: Link, rows: Any) -> Related:
    """`rows`: versions, each beside the number of all."""
    return Related(link, [state_of(row) for row, _ in rows], rows[0][1] if rows else 0)


def belonged(
    version: Any, link: Link, parent_id: UUID, before: int
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        getattr(version, link.column) == parent_id,
        version.operation_type != DELETE,
        last_before(version, before),
    )


def standing(link: Link, parent_id: UUID, before: int) -> sa.Subquery:
    """The ids and versions of those that belonged to a record."""
    version = aliased(version_of(link.child))
    pairs = sa.select(version.id, version.transaction_id)
    return pairs.where(*belonged(version, link, parent_id, before)).subquery()
