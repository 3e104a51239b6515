"""A record as it stood at one instant, and between two."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from stackroom.audit.diffs import FieldChange
from stackroom.audit.models import AuditTransaction
from stackroom.core.errors import NotFound
from stackroom.oversight.past import comparing, kinds, relations
from stackroom.oversight.past.comparing import Movement
from stackroom.oversight.past.errors import NotYetThere
from stackroom.oversight.past.kinds import Link
from stackroom.oversight.past.relations import Related
from stackroom.oversight.past.states import State, behind, history, state, transactions

VERSIONS = 100


@dataclass(frozen=True, slots=True)
class AsOf:
    """`by`: the transaction that made it so, or that deleted it."""

    state: State
    by: AuditTransaction
    fields: list[FieldChange]
    parents: list[tuple[Link, State]]
    children: list[Related]


@dataclass(frozen=True, slots=True)
class Comparison:
    """None on a side where the record was not there yet."""

    before: State | None
    after: State | None
    changes: list[FieldChange]
    movements: list[Movement]

    @property
    def label(self) -> str:
        there = self.after or self.before
        return there.label if there else ""


@dataclass(frozen=True, slots=True)
class Version:
    state: State
    by: AuditTransaction


def as_of(kind: str, record_id: UUID, at: datetime) -> AsOf:
    """With everything written by then, this very microsecond included. Raises NotFound for a
    record that never was, NotYetThere for one that came later."""
    model, before = kinds.model_of(kind), behind(at)
    found = state(model, record_id, before)
    if found is None:
        raise NotYetThere if state(model, record_id) else NotFound
    return AsOf(
        state=found,
        by=transactions([found.version])[found.version],
        fields=comparing.fields(found),
        parents=relations.parents(found, before),
        children=relations.children(found, before),
    )


def compare(kind: str, record_id: UUID, since: datetime | None, until: datetime) -> Comparison:
    """`since` None: against nothing, as before it was there. Raises NotFound or NotYetThere."""
    model, after = kinds.model_of(kind), behind(until)
    before = behind(since) if since else 0
    old = state(model, record_id, before)
    new = state(model, record_id, after)
    if old is None and new is None:
        raise NotYetThere if state(model, record_id) else NotFound
    return Comparison(
        before=old,
        after=new,
        changes=comparing.changes(model, old, new),
        movements=comparing.movements(model, record_id, before, after),
    )


def versions(kind: str, record_id: UUID) -> list[Version]:
    """The latest, newest first. Raises NotFound."""
    found = history(kinds.model_of(kind), record_id, VERSIONS)
    if not found:
        raise NotFound
    by = transactions(each.version for each in found)
    return [Version(each, by[each.version]) for each in found]
