"""What undoing a batch means for each row it touched, and for which rows it must not be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.diffs import BOOKKEEPING
from stackroom.audit.gathering import DELETE
from stackroom.audit.models import AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.models import Act
from stackroom.oversight.past.states import State, slices, transactions, versions
from stackroom.web.times import local_time

Step = tuple[int, int]
"""A transaction and its operation."""


@dataclass(frozen=True, slots=True)
class Fate:
    """`was` is the version before the batch, None where there was none. With a `why` the row stays
    as it is."""

    id: UUID
    act: Act
    was: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """How a batch met a row: the version before it, its own last one, and the latest of all.
    `meanwhile` is one of others between its own, 0 for none."""

    was: int | None
    ours: Step
    latest: Step
    meanwhile: int

    @property
    def act(self) -> Act | None:
        there = self.ours[1] != DELETE
        if self.was is not None:
            return Act.SET_BACK if there else Act.RESTORE
        return Act.DELETE if there else None


def transactions_of(batch_id: UUID) -> frozenset[int]:
    wanted = sa.select(AuditTransaction.id).where(AuditTransaction.batch_id == batch_id)
    return frozenset(db.session.scalars(wanted))


def fates(model: Model, keys: Sequence[UUID], batch: frozenset[int]) -> list[Fate]:
    """Of rows that a batch has touched; a row that it made and deleted has none."""
    touched = {key: _touch(steps, batch) for key, steps in _steps(model, keys).items()}
    found = {key: touch for key, touch in touched.items() if touch and touch.act}
    whys = _refusals(model, found)
    return [
        Fate(key, touch.act, touch.was, whys.get(key, ""))
        for key, touch in found.items()
        if touch.act
    ]


def _refusals(model: Model, found: Mapping[UUID, Touch]) -> Mapping[UUID, str]:
    refused = registry.restorer(model)
    return dict.fromkeys(found, refused) if isinstance(refused, str) else _others(model, found)


def _steps(model: Model, keys: Sequence[UUID]) -> dict[UUID, list[Step]]:
    version = version_of(model)
    found: dict[UUID, list[Step]] = defaultdict(list)
    for some in slices(keys):
        rows = sa.select(version.id, version.transaction_id, version.operation_type).where(
            version.id.in_(some)
        )
        for key, transaction, operation in db.session.execute(
            rows.order_by(version.transaction_id)
        ):
            found[key].append((transaction, operation))
    return found


def _touch(steps: list[Step], batch: frozenset[int]) -> Touch | None:
    places = [place for place, (transaction, _) in enumerate(steps) if transaction in batch]
    if not places:
        return None
    first, last = places[0], places[-1]
    before = steps[first - 1] if first else None
    between = [step[0] for step in steps[first:last] if step[0] not in batch]
    return Touch(
        was=before[0] if before and before[1] != DELETE else None,
        ours=steps[last],
        latest=steps[-1],
        meanwhile=between[-1] if between else 0,
    )


def _others(model: Model, found: Mapping[UUID, Touch]) -> dict[UUID, str]:
    """Rows that others have changed since, and that are not as the batch had left them."""
    later = {key: touch for key, touch in found.items() if touch.latest != touch.ours}
    left = versions(model, [(key, touch.ours[0]) for key, touch in later.items()])
    now = versions(model, [(key, touch.latest[0]) for key, touch in later.items()])
    changed = {key: touch.meanwhile for key, touch in found.items() if touch.meanwhile}
    changed |= {key: now[key].version for key in later if not _alike(left[key], now[key])}
    by = transactions(changed.values())
    return {key: _told(by[since], now.get(key)) for key, since in changed.items()}


def _alike(one: State, other: State) -> bool:
    names = one.values.keys() - BOOKKEEPING
    same = all(one.values[name] == other.values[name] for name in names)
    return same and one.deleted == other.deleted


def _told(by: AuditTransaction, now: State | None) -> str:
    did = "deleted" if now and now.deleted else "changed"
    return f"{by.who} {did} it on {local_time(by.at)}."
