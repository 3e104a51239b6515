"""One record as it was, and what was deleted in the same act."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from stackroom.audit.bulk import StaleRows
from stackroom.audit.diffs import FieldChange, diff, hidden
from stackroom.audit.events import record
from stackroom.core.actor import because
from stackroom.core.errors import EditedMeanwhile, NotFound
from stackroom.oversight.past import comparing, events, kinds, rewriting
from stackroom.oversight.past.companions import companions
from stackroom.oversight.past.errors import NothingToRestore, RestoreHindered
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.obstacles import Obstacle, obstacles
from stackroom.oversight.past.rewriting import Row
from stackroom.oversight.past.states import State, state, transactions, versions
from stackroom.web.times import local_time


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a restore would do. `live` None: the record is deleted, and `along` was deleted with
    it. `last` is its latest version, whose revision is the record's present one."""

    wanted: State
    last: State
    live: Row | None
    target: Row
    changes: list[FieldChange]
    along: list[State]
    obstacles: list[Obstacle]

    @property
    def revision(self) -> int:
        return self.last.revision


def propose(
    kind: str, record_id: UUID, version: int, *, along: bool = True, lock: bool = False
) -> Proposal:
    """Raises NotFound, NotRestorable, NothingToRestore or Destroyed."""
    model = kinds.model_of(kind)
    rewriting.restorer_of(model)
    wanted = versions(model, [(record_id, version)]).get(record_id)
    last = state(model, record_id)
    if wanted is None or last is None:
        raise NotFound
    live = rewriting.live_rows(model, [record_id], lock=lock).get(record_id)
    target = rewriting.target(wanted, live or last.opened())
    if live == target:
        raise NothingToRestore
    found = companions(last) if along and live is None else []
    present = SimpleNamespace(**hidden(model, live)) if live else None
    changed = diff(model, present, SimpleNamespace(**hidden(model, target)))
    return Proposal(
        wanted=wanted,
        last=last,
        live=live,
        target=target,
        changes=comparing.labelled(model, changed),
        along=found,
        obstacles=_obstacles(model, target, found),
    )


def _obstacles(model: Model, target: Row, along: list[State]) -> list[Obstacle]:
    coming = {target["id"], *(each.id for each in along)}
    rows = [(model, target), *((each.model, each.opened()) for each in along)]
    return [
        obstacle
        for kind, row in rows
        for found in obstacles(kind, [row], coming).values()
        for obstacle in found
    ]


def restore(proposed: Proposal, reason: str) -> State:
    """The record as it is now: a new version, in the open transaction.

    Raises RestoreHindered, EditedMeanwhile, or what the kind's restorer refuses.
    """
    if proposed.obstacles:
        raise RestoreHindered(" ".join(each.message for each in proposed.obstacles))
    because(reason)
    model = proposed.wanted.model
    try:
        _write(proposed)
    except (StaleRows, IntegrityError):
        raise EditedMeanwhile from None
    _tell(proposed)
    revision = proposed.revision + 1
    return State(model, {**proposed.target, "revision": revision}, proposed.wanted.version, False)


def _write(proposed: Proposal) -> None:
    model = proposed.wanted.model
    if proposed.live:
        rewriting.set_back(model, [proposed.target])
        return
    rewriting.bring_back(model, [proposed.target])
    for kind in kinds.parents_first({each.model for each in proposed.along}):
        rows = [each.opened() for each in proposed.along if each.model is kind]
        rewriting.bring_back(kind, rows)


def _tell(proposed: Proposal) -> None:
    """On the timeline of each record that came back or changed."""
    for restored in (proposed.wanted, *proposed.along):
        at = transactions([restored.version])[restored.version].at
        record(
            replace(events.RESTORED, subject_type=restored.kind),
            restored,
            kind=kinds.word(restored.model),
            was_at=local_time(at),
            version=str(restored.version),
        )
