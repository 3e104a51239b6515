"""What went along when a record was deleted, and comes back with it."""

from collections import defaultdict
from typing import cast
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.gathering import ACTIONS, DELETE
from stackroom.audit.models import AuditEntry
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.oversight.past import kinds
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.states import State, states


def companions(gone: State) -> list[State]:
    """What belonged to a deleted record, at any remove, and was deleted in the same transaction;
    parents first. What has come back since is not among it."""
    deleted, found, family = _deleted_in(gone.version), list[State](), {gone.id}
    for model in kinds.parents_first(deleted):
        columns = [link.column for link in kinds.parents(model)]
        for state in states(model, deleted[model]).values():
            belongs = any(state.values[column] in family for column in columns)
            if belongs and state.version == gone.version and state.id != gone.id:
                found.append(state)
                family.add(state.id)
    return found


def _deleted_in(transaction: int) -> dict[Model, list[UUID]]:
    lines = db.session.execute(
        sa.select(AuditEntry.subject_type, AuditEntry.subject_id).where(
            AuditEntry.transaction_id == transaction,
            AuditEntry.data.is_(None),
            AuditEntry.subject_id.is_not(None),
            AuditEntry.action.endswith(f".{ACTIONS[DELETE]}"),
        )
    )
    found: dict[Model, list[UUID]] = defaultdict(list)
    for kind, record_id in lines:
        model = kinds.model_of(kind)
        if not isinstance(registry.restorer(model), str):
            found[model].append(cast("UUID", record_id))
    return found
