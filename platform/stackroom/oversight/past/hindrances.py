"""What keeps rows of one kind from being undone together, in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from types import SimpleNamespace
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.oversight.past import kinds, rewriting
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.obstacles import obstacles
from stackroom.oversight.past.rewriting import Row
from stackroom.oversight.past.states import slices


def of_deleting(
    model: Model, rows: Sequence[Row], going: AbstractSet[UUID] = frozenset()
) -> dict[UUID, str]:
    """`going` refer to them no more by then."""
    found = _dependants(model, [row["id"] for row in rows], going)
    asked = [SimpleNamespace(**row) for row in rows]
    return found | dict(rewriting.restorer_of(model).must_stay(asked))


def of_writing(
    model: Model, targets: Sequence[Row], coming: AbstractSet[UUID] = frozenset()
) -> dict[UUID, str]:
    """`coming` are brought back before."""
    found = obstacles(model, targets, coming)
    return {key: " ".join(each.message for each in told) for key, told in found.items()}


def _dependants(model: Model, keys: Sequence[UUID], going: AbstractSet[UUID]) -> dict[UUID, str]:
    staying: Counter[tuple[UUID, str]] = Counter()
    for link in kinds.children(model):
        column = getattr(link.child, link.column)
        for some in slices(keys):
            pairs = db.session.execute(sa.select(link.child.id, column).where(column.in_(some)))
            staying.update((up, kinds.word(link.child)) for key, up in pairs if key not in going)
    return _told(staying.items())


def _told(staying: Iterable[tuple[tuple[UUID, str], int]]) -> dict[UUID, str]:
    words: dict[UUID, list[str]] = {}
    for (parent, word), number in staying:
        words.setdefault(parent, []).append(f"{number} × {word}")
    return {key: f"What belongs to it stays: {', '.join(told)}." for key, told in words.items()}
