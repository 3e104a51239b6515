"""What lines of the trail say: who did it, a sentence, and the fields that changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import diffs
from stackroom.audit.diffs import FieldChange
from stackroom.audit.events import EVENTS
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import subject_type, versioned_models
from stackroom.core.database import db

VERBS = {"created": "created", "updated": "changed", "deleted": "deleted"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline, the transaction it belongs to, and the fields it changed."""

    line: AuditEntry
    by: AuditTransaction
    changes: list[FieldChange]

    @property
    def sentence(self) -> str:
        """What was done, to be read after the actor's name."""
        label, event = self.line.subject_label, EVENTS.get(self.line.action)
        if event and self.line.data is not None:
            return event.tell(label, self.line.data)
        kind, _, verb = self.line.action.partition(".")
        return f"{VERBS.get(verb, verb)} the {kind.replace('_', ' ')} “{label}”"


def told(lines: Sequence[AuditEntry]) -> list[Entry]:
    by = _transactions({line.transaction_id for line in lines})
    changes = _labelled(_changes(lines))
    return [Entry(line, by[line.transaction_id], changes.get(line.id, [])) for line in lines]


def _transactions(wanted: set[int]) -> dict[int, AuditTransaction]:
    found = db.session.scalars(sa.select(AuditTransaction).where(AuditTransaction.id.in_(wanted)))
    return {transaction.id: transaction for transaction in found}


def _changes(lines: Sequence[AuditEntry]) -> dict[str, list[FieldChange]]:
    models = {subject_type(model): model for model in versioned_models()}
    versions: dict[str, dict[diffs.Key, str]] = defaultdict(dict)
    for line in lines:
        if line.data is None and line.subject_id and line.subject_type in models:
            versions[line.subject_type][line.subject_id, line.transaction_id] = line.id
    return {
        line_ids[key]: found
        for kind, line_ids in versions.items()
        for key, found in diffs.changes(db.session(), models[kind], list(line_ids)).items()
    }


def _labelled(changes: dict[str, list[FieldChange]]) -> dict[str, list[FieldChange]]:
    """Say what the changed ids stand for, as far as those records still exist."""
    labels = _labels([change for found in changes.values() for change in found])
    return {
        line_id: [
            replace(
                change,
                before_label=labels.get(str(change.before), ""),
                after_label=labels.get(str(change.after), ""),
            )
            if change.refers_to
            else change
            for change in found
        ]
        for line_id, found in changes.items()
    }


def _labels(changes: Sequence[FieldChange]) -> dict[str, str]:
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for change in changes:
        if change.refers_to:
            wanted[change.refers_to] |= {UUID(it) for it in (change.before, change.after) if it}
    return {
        str(row.id): row.label
        for model in versioned_models()
        if model.__tablename__ in wanted
        for row in db.session.scalars(
            sa.select(model).where(model.id.in_(wanted[model.__tablename__]))
        )
    }
