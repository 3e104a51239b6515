"""v1 of the past: records as of an instant, compared, restored; batches and their undoing."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.core import clock, etags
from stackroom.core.permissions import requires
from stackroom.oversight.past import batches, showing
from stackroom.oversight.past import permissions as may
from stackroom.oversight.past.downloads import spreadsheet
from stackroom.oversight.past.moments import instant
from stackroom.oversight.past.planning import labels
from stackroom.oversight.past.schemas import (
    AsOfOut,
    AsOfQuery,
    BatchesPage,
    BatchOut,
    BatchQuery,
    CompareQuery,
    ComparisonOut,
    LineOut,
    LineQuery,
    LinesPage,
    PreviewOut,
    RestoreIn,
    RestoreOut,
    UndoIn,
    UndoOut,
)
from stackroom.oversight.past.service import looking, restoring, undoing

api = APIBlueprint("past_v1", __name__, url_prefix="/api/v1/audit", tag="Audit")
CSV: dict[int | str, Any] = {
    200: {
        "description": "A line for each row of the batch",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
Tagged = tuple[RestoreOut, int, dict[str, str]]


@api.get("/records/<subject_type>/<uuid:subject_id>/as-of")
@requires(may.PAST_READ)
@api.input(AsOfQuery, location="query")
@api.output(AsOfOut)
def get_record_as_of(subject_type: str, subject_id: UUID, query_data: AsOfQuery) -> AsOfOut:
    """A record and what it hung together with, as they stood at an instant."""
    at = instant(query_data.at, end_of_day=True) if query_data.at else clock.now()
    return showing.as_of(looking.as_of(subject_type, subject_id, at))


@api.get("/records/<subject_type>/<uuid:subject_id>/compare")
@requires(may.PAST_READ)
@api.input(CompareQuery, location="query")
@api.output(ComparisonOut)
def compare_record(subject_type: str, subject_id: UUID, query_data: CompareQuery) -> ComparisonOut:
    """Two instants of a record side by side."""
    since = instant(query_data.since) if query_data.since else None
    until = instant(query_data.until, end_of_day=True) if query_data.until else clock.now()
    return showing.comparison(looking.compare(subject_type, subject_id, since, until))


@api.post("/records/<subject_type>/<uuid:subject_id>/restore")
@requires(may.RECORDS_RESTORE, step_up=True)
@api.input(RestoreIn)
@api.output(RestoreOut)
def restore_record(subject_type: str, subject_id: UUID, json_data: RestoreIn) -> Tagged:
    """Make a record as it was at one of its versions, by a new one; a deleted one comes back.
    `If-Match` takes the ETag that a dry run answered with."""
    proposed = restoring.propose(
        subject_type, subject_id, int(json_data.version), along=json_data.along, lock=True
    )
    etags.check(proposed)
    shown = showing.proposal(proposed, dry_run=json_data.dry_run)
    if json_data.dry_run:
        return shown, 200, {"ETag": etags.of(proposed)}
    return shown, 200, {"ETag": etags.of(restoring.restore(proposed, json_data.reason))}


@api.get("/batches")
@requires(may.PAST_READ)
@api.input(BatchQuery, location="query")
@api.output(BatchesPage)
def list_batches(query_data: BatchQuery) -> BatchesPage:
    """Imports, undos and other bulk operations, newest first."""
    page = batches.batches(query_data).map(BatchOut.model_validate)
    g.links = page.links()
    return BatchesPage.model_validate(page)


@api.get("/batches/<uuid:batch_id>")
@requires(may.PAST_READ)
@api.output(BatchOut)
def get_batch(batch_id: UUID) -> BatchOut:
    return BatchOut.model_validate(batches.batch(batch_id))


@api.get("/batches/<uuid:batch_id>/undo")
@requires(may.RECORDS_RESTORE)
@api.output(PreviewOut)
def preview_undo(batch_id: UUID) -> PreviewOut:
    """What undoing it would do now, and what it would leave as it is; nothing is changed."""
    return showing.preview(undoing.preview(batch_id))


@api.post("/batches/<uuid:batch_id>/undo")
@requires(may.RECORDS_RESTORE, step_up=True)
@api.input(UndoIn)
@api.output(UndoOut, 202)
def undo_batch(batch_id: UUID, json_data: UndoIn) -> UndoOut:
    """A worker sets back every row that nobody has changed since. An undo is a batch, too: undo
    it by its own id."""
    return UndoOut.model_validate(undoing.start(batch_id, json_data.reason))


@api.get("/undos/<uuid:undo_id>")
@requires(may.PAST_READ)
@api.output(UndoOut)
def get_undo(undo_id: UUID) -> UndoOut:
    return UndoOut.model_validate(undoing.undo(undo_id))


@api.post("/undos/<uuid:undo_id>/resume")
@requires(may.RECORDS_RESTORE, step_up=True)
@api.output(UndoOut, 202)
def resume_undo(undo_id: UUID) -> UndoOut:
    return UndoOut.model_validate(undoing.resume(undo_id))


@api.get("/undos/<uuid:undo_id>/lines")
@requires(may.PAST_READ)
@api.input(LineQuery, location="query")
@api.output(LinesPage)
def list_undo_lines(undo_id: UUID, query_data: LineQuery) -> LinesPage:
    """What became of each row of the batch."""
    found = undoing.undo(undo_id)
    page = undoing.lines(found, query_data)
    names = labels(found.batch_id, [line.record_id for line in page.items])
    g.links = page.links()
    return LinesPage.model_validate(page.map(lambda line: LineOut.of(line, names)))


@api.get("/undos/<uuid:undo_id>/lines.csv")
@requires(may.PAST_READ)
@api.doc(responses=CSV)
def download_undo_lines(undo_id: UUID) -> Response:
    return spreadsheet(undoing.undo(undo_id))
