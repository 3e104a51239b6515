"""Two instants of a record side by side: its fields, and who came, went and changed of those that
belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.diffs import FieldChange, diff
from stackroom.audit.versioning import version_of
from stackroom.core.database import db
from stackroom.oversight.past import kinds
from stackroom.oversight.past.kinds import Link, Model
from stackroom.oversight.past.relations import SHOWN, Related, related, standing
from stackroom.oversight.past.states import LATEST, State, states


@dataclass(frozen=True, slots=True)
class Movement:
    """Of those that belong to a record by one key."""

    came: Related
    went: Related
    changed: Related

    @property
    def any(self) -> bool:
        return bool(self.came.total or self.went.total or self.changed.total)


def changes(model: Model, before: State | None, after: State | None) -> list[FieldChange]:
    """Field by field; a deleted record holds nothing, and ids say what they stood for."""
    return labelled(model, diff(model, _row(before), _row(after)))


def fields(found: State) -> list[FieldChange]:
    """What a record held, as changes from nothing; of a deleted one, what it held last."""
    return labelled(found.model, diff(found.model, None, SimpleNamespace(**found.values)))


def _row(found: State | None) -> SimpleNamespace | None:
    return SimpleNamespace(**found.values) if found and not found.deleted else None


def labelled(model: Model, found: Sequence[FieldChange]) -> list[FieldChange]:
    """By the last label of what an id refers to, deleted or not."""
    labels: dict[str, str] = {}
    for link in kinds.parents(model):
        ours = (each for each in found if each.is_id and each.field == link.column)
        keys = {UUID(key) for each in ours for key in (each.before, each.after) if key}
        labels |= {str(key): it.label for key, it in states(link.parent, keys, LATEST).items()}
    return [
        replace(
            each,
            before_label=labels.get(str(each.before), ""),
            after_label=labels.get(str(each.after), ""),
        )
        if each.is_id
        else each
        for each in found
    ]


def movements(model: Model, record_id: UUID, before: int, after: int) -> list[Movement]:
    """Three statements for each key that refers to this kind."""
    found = (_movement(link, record_id, before, after) for link in kinds.children(model))
    return [movement for movement in found if movement.any]


def _movement(link: Link, record_id: UUID, before: int, after: int) -> Movement:
    old, new = (standing(link, record_id, instant) for instant in (before, after))
    return Movement(
        came=_first(link, new, old, alike=False),
        went=_first(link, old, new, alike=False),
        changed=_first(link, new, old, alike=True),
    )


def _first(link: Link, wanted: sa.Subquery, others: sa.Subquery, *, alike: bool) -> Related:
    """`alike`: those that stand on both sides, in two versions; else those on one side alone."""
    version = version_of(link.child)
    at, differs = wanted.c.transaction_id, wanted.c.transaction_id != others.c.transaction_id
    found = (
        sa.select(version, sa.func.count().over())
        .join(wanted, sa.and_(wanted.c.id == version.id, at == version.transaction_id))
        .join(others, others.c.id == wanted.c.id, isouter=not alike)
        .where(differs if alike else others.c.id.is_(None))
    )
    return related(link, db.session.execute(found.order_by(version.id).limit(SHOWN)).all())
