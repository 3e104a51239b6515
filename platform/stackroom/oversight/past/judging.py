"""What undoing a batch means for each row it touched, and for which rows it must not be."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.models import AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.audit.writer import DELETE
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.models import Act
from stackroom.oversight.past.states import slices, transactions
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


def transactions_of(batch_id: UUID) -> frozenset[int]:
    wanted = sa.select(AuditTransaction.id).where(AuditTransaction.batch_id == batch_id)
    return frozenset(db.session.scalars(wanted))


def fates(model: Model, keys: Sequence[UUID], batch: frozenset[int]) -> list[Fate]:
    """Of rows that a batch has touched; a row that it made and deleted has none. Two statements."""
    judged = [(key, _judge(steps, batch)) for key, steps in _steps(model, keys).items()]
    refused = registry.restorer(model)
    others = transactions(since for _, judgement in judged if (since := judgement[2]))
    return [
        Fate(key, act, was, refused if isinstance(refused, str) else _told(others.get(since)))
        for key, (act, was, since) in judged
        if act
    ]


def _steps(model: Model, keys: Sequence[UUID]) -> dict[UUID, list[Step]]:
    version = version_of(model)
    found: dict[UUID, list[Step]] = defaultdict(list)
    for some in slices(keys):
        rows = sa.select(version.id, version.transaction_id, version.operation_type).where(
            version.id.in_(some)
        )
        for key, *step in db.session.execute(rows.order_by(version.transaction_id)):
            found[key].append((step[0], step[1]))
    return found


def _judge(steps: list[Step], batch: frozenset[int]) -> tuple[Act | None, int | None, int]:
    """The act, the version before, and the last transaction of others since, 0 for none."""
    ours = [place for place, (transaction, _) in enumerate(steps) if transaction in batch]
    if not ours:
        return None, None, 0
    before = steps[ours[0] - 1] if ours[0] else None
    since = [transaction for transaction, _ in steps[ours[0] :] if transaction not in batch]
    was = before[0] if before and before[1] != DELETE else None
    there = steps[ours[-1]][1] != DELETE
    act = {
        (True, True): Act.SET_BACK,
        (True, False): Act.RESTORE,
        (False, True): Act.DELETE,
    }.get((was is not None, there))
    return act, was, since[-1] if since else 0


def _told(other: AuditTransaction | None) -> str:
    return f"{other.who} changed it on {local_time(other.at)}." if other else ""
