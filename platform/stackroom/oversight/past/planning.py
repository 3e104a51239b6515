"""All rows of a batch in the order in which they are undone, and what would become of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.audit.versioning import subject_type
from stackroom.core.database import db
from stackroom.oversight.past import hindrances, judging, kinds, rewriting
from stackroom.oversight.past.batches import touched
from stackroom.oversight.past.judging import Fate
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.models import Act
from stackroom.oversight.past.states import slices

SHOWN = 100
ROWS = 500
"""Looked at together."""


@dataclass(frozen=True, slots=True)
class Left:
    kind: str
    id: UUID
    act: Act
    why: str
    label: str = ""


@dataclass(slots=True)
class Preview:
    """What undoing would do now; `left` has the first of those that stay."""

    counts: Counter[tuple[str, Act]] = field(default_factory=Counter)
    left: list[Left] = field(default_factory=list)
    left_total: int = 0


def plan(batch_id: UUID) -> Iterator[tuple[Model, list[Fate]]]:
    """By kind and act: what was deleted comes back, parents first; what was changed is set back;
    what was created is deleted, children first."""
    batch, keys = judging.transactions_of(batch_id), _keys(batch_id)
    judged = {model: judging.fates(model, keys[model], batch) for model in keys}
    order = kinds.parents_first(judged)
    for act in Act:
        for model in reversed(order) if act is Act.DELETE else order:
            if found := [fate for fate in judged[model] if fate.act is act]:
                yield model, found


def _keys(batch_id: UUID) -> dict[Model, list[UUID]]:
    kind, key = AuditEntry.subject_type, AuditEntry.subject_id
    lines = touched(batch_id).with_only_columns(kind, key).distinct().order_by(key)
    found: dict[Model, list[UUID]] = defaultdict(list)
    for name, record_id in db.session.execute(lines):
        if record_id:
            found[kinds.model_of(name)].append(record_id)
    return found


def preview(batch_id: UUID) -> Preview:
    """Written nowhere. It asks what the job will ask, so only what happens meanwhile differs."""
    made, moved = Preview(), {act: set[UUID]() for act in Act}
    for model, found in plan(batch_id):
        for some in slices(found, ROWS):
            whys = _whys(model, [fate for fate in some if not fate.why], moved)
            for fate in some:
                _note(made, model, replace(fate, why=fate.why or whys.get(fate.id, "")))
            moved[some[0].act] |= {fate.id for fate in some if not fate.why} - whys.keys()
    names = labels(batch_id, [each.id for each in made.left])
    made.left = [replace(each, label=names.get(each.id, "")) for each in made.left]
    return made


def _whys(model: Model, found: Sequence[Fate], moved: dict[Act, set[UUID]]) -> dict[UUID, str]:
    if not found:
        return {}
    rows = rewriting.live_rows(model, [fate.id for fate in found])
    if found[0].act is Act.DELETE:
        # what is set back refers to nothing that the batch has made
        leaving = moved[Act.DELETE] | moved[Act.SET_BACK]
        return hindrances.of_deleting(model, list(rows.values()), leaving)
    targets = rewriting.targets(model, found, rows)
    return hindrances.of_writing(model, targets, moved[Act.RESTORE])


def _note(made: Preview, model: Model, fate: Fate) -> None:
    kind = subject_type(model)
    if not fate.why:
        made.counts[kind, fate.act] += 1
        return
    made.left_total += 1
    if len(made.left) < SHOWN:
        made.left.append(Left(kind, fate.id, fate.act, fate.why))


def labels(batch_id: UUID, keys: Sequence[UUID]) -> dict[UUID, str]:
    """As the trail calls them."""
    key, label = AuditEntry.subject_id, AuditEntry.subject_label
    found: dict[UUID, str] = {}
    for some in slices(keys):
        lines = touched(batch_id).with_only_columns(key, sa.func.max(label))
        rows = db.session.execute(lines.where(key.in_(some)).group_by(key))
        found |= {record_id: text for record_id, text in rows if record_id}
    return found
