"""States, comparisons and previews as the API and the pages show them."""

from pydantic_core import to_jsonable_python

from stackroom.audit.diffs import Sealed
from stackroom.audit.pseudonyms import HIDDEN
from stackroom.audit.schemas import ChangeOut
from stackroom.audit.versioning import subject_type
from stackroom.oversight.past.comparing import Movement
from stackroom.oversight.past.obstacles import Obstacle
from stackroom.oversight.past.planning import Preview
from stackroom.oversight.past.relations import Related
from stackroom.oversight.past.schemas import (
    AsOfOut,
    ComparisonOut,
    CountOut,
    LeftOut,
    MovementOut,
    ObstacleOut,
    PreviewOut,
    RecordOut,
    RelatedOut,
    RestoreOut,
)
from stackroom.oversight.past.service.looking import AsOf, Comparison
from stackroom.oversight.past.service.restoring import Proposal
from stackroom.oversight.past.states import State


def as_of(found: AsOf) -> AsOfOut:
    ours = ("tenant_id", "id", "revision")
    values = {
        name: HIDDEN if isinstance(value, Sealed) else value
        for name, value in found.state.values.items()
        if name not in ours
    }
    return AsOfOut(
        record=record(found.state),
        since=found.by.at,
        by=found.by.who,
        deleted=found.state.deleted,
        values=to_jsonable_python(values),
        parents=[record(parent, link.role) for link, parent in found.parents],
        children=[related(each) for each in found.children],
    )


def comparison(found: Comparison) -> ComparisonOut:
    return ComparisonOut(
        before=record(found.before) if found.before else None,
        after=record(found.after) if found.after else None,
        changes=[ChangeOut.model_validate(each) for each in found.changes],
        children=[movement(each) for each in found.movements],
    )


def proposal(found: Proposal, *, dry_run: bool) -> RestoreOut:
    return RestoreOut(
        record=record(found.wanted),
        dry_run=dry_run,
        changes=[ChangeOut.model_validate(each) for each in found.changes],
        along=[record(each) for each in found.along],
        obstacles=[obstacle(each) for each in found.obstacles],
    )


def record(found: State, role: str = "") -> RecordOut:
    return RecordOut(
        kind=found.kind, id=found.id, label=found.label, version=str(found.version), role=role
    )


def related(found: Related) -> RelatedOut:
    return RelatedOut(
        kind=subject_type(found.link.child),
        role=found.link.role,
        total=found.total,
        items=[record(each) for each in found.states],
    )


def movement(found: Movement) -> MovementOut:
    return MovementOut(
        came=related(found.came), went=related(found.went), changed=related(found.changed)
    )


def obstacle(found: Obstacle) -> ObstacleOut:
    return ObstacleOut(message=found.message, first=record(found.first) if found.first else None)


def preview(found: Preview) -> PreviewOut:
    return PreviewOut(
        counts=[
            CountOut(kind=kind, act=act, rows=rows) for (kind, act), rows in found.counts.items()
        ],
        left=[LeftOut.model_validate(each) for each in found.left],
        left_total=found.left_total,
    )
