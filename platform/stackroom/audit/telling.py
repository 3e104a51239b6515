"""What lines of the trail say: who did it, a sentence, and the fields that changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import diffs, names, pseudonyms, sentences
from stackroom.audit.diffs import Difference, FieldChange
from stackroom.audit.events import EVENTS
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.names import Moment
from stackroom.audit.versioning import models_by_kind
from stackroom.audit.wording import called, text
from stackroom.core.database import db
from stackroom.core.features import registry

UNCHANGED = Difference([], None)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline, the transaction it belongs to, and the fields it changed.
    `sentence`: what was done and why, to be read after the actor's name. `part_of`: kind and id
    of the record that this one belongs to."""

    line: AuditEntry
    by: AuditTransaction
    changes: list[FieldChange]
    sentence: str
    part_of: tuple[str, UUID] | None = None

    @property
    def pseudonyms(self) -> set[str]:
        """Of the patrons it tells of."""
        return pseudonyms.named(f"{self.line.words} {self.by.actor_words}")

    @property
    def subject_type(self) -> str:
        return self.line.subject_type

    @property
    def subject_id(self) -> UUID | None:
        return self.line.subject_id

    @property
    def at(self) -> datetime:
        return self.by.at

    @property
    def kind(self) -> str:
        """What people call such a record."""
        return called(self.line.subject_type)

    @property
    def details(self) -> list[tuple[str, str]]:
        """What an event says beside its sentence, in words."""
        told = self.line.data or {}
        return [(name.replace("_", " "), text(value)) for name, value in told.items()]

    @property
    def page(self) -> str:
        """Of the record as it is, or of the one it belongs to; empty where neither has one."""
        line = self.line
        is_gone = line.data is None and line.action.endswith(".deleted")
        own = None if is_gone or not line.subject_id else (line.subject_type, line.subject_id)
        found = (registry.page_of(*record) for record in (own, self.part_of) if record)
        return next(filter(None, found), "")

    @property
    def right(self) -> str:
        """By which it was done, in words; empty for what the platform does itself."""
        key = self.by.by_right
        words = next((may.sentence for may in registry.permissions if may.key == key), "")
        return f"{words} ({key})" if words else key


def told(lines: Sequence[AuditEntry]) -> list[Entry]:
    """The number of statements depends on the number of versioned classes only."""
    by = _transactions({line.transaction_id for line in lines})
    differences = _differences(lines)
    known = names.as_of(_moments(lines, differences))
    return [
        _entry(line, by[line.transaction_id], differences.get(line.id, UNCHANGED), known)
        for line in lines
    ]


def _transactions(wanted: set[int]) -> dict[int, AuditTransaction]:
    found = db.session.scalars(sa.select(AuditTransaction).where(AuditTransaction.id.in_(wanted)))
    return {transaction.id: transaction for transaction in found}


def _differences(lines: Sequence[AuditEntry]) -> dict[str, Difference]:
    models = models_by_kind()
    versions: dict[str, dict[diffs.Key, str]] = defaultdict(dict)
    for line in lines:
        if line.data is None and line.subject_id and line.subject_type in models:
            versions[line.subject_type][line.subject_id, line.transaction_id] = line.id
    return {
        line_ids[key]: found
        for kind, line_ids in versions.items()
        for key, found in diffs.changes(db.session(), models[kind], list(line_ids)).items()
    }


def _moments(
    lines: Sequence[AuditEntry], differences: Mapping[str, Difference]
) -> Iterator[Moment]:
    """Of the records that are named by their ids."""
    for line in lines:
        found = differences.get(line.id, UNCHANGED)
        if found.parent_id:
            yield found.parent_id, line.transaction_id
        for change in found.changes:
            if change.is_id:
                ids = (change.before, change.after)
                yield from ((UUID(it), line.transaction_id) for it in ids if it)


def _entry(
    line: AuditEntry, by: AuditTransaction, found: Difference, known: Mapping[Moment, str]
) -> Entry:
    at, parent_id = line.transaction_id, found.parent_id
    changes = [_named(change, at, known) for change in found.changes]
    parent = known.get((parent_id, at), "") if parent_id else None
    said = _event(line) or sentences.version(line, changes, parent, by.at)
    if by.reason and not said.endswith(f" {by.reason}"):
        said = f"{said}: {by.reason}"
    part_of = (sentences.whole_of(line.subject_type), parent_id) if parent_id else None
    return Entry(line, by, changes, said, part_of)


def _event(line: AuditEntry) -> str:
    """Empty for a version."""
    event = EVENTS.get(line.action)
    return event.tell(line.subject_label, line.data) if event and line.data is not None else ""


def _named(change: FieldChange, at: int, known: Mapping[Moment, str]) -> FieldChange:
    """Say what the changed ids stand for, or stood for at that time."""
    if not change.is_id:
        return change
    before, after = (
        known.get((UUID(it), at), "") if it else "" for it in (change.before, change.after)
    )
    return replace(change, before_label=before, after_label=after)
