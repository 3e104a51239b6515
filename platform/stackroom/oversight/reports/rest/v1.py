"""v1 of control reports."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.core.features import registry
from stackroom.core.http import app
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.core.signing import Signer
from stackroom.oversight.reports import permissions as may
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.downloads import evidence_file, report_file, sign_off_file
from stackroom.oversight.reports.schemas import (
    ControlList,
    ControlOut,
    FileQuery,
    FindingPage,
    FindingQuery,
    NoteIn,
    NoteOut,
    NotePage,
    RunIn,
    RunOut,
    RunPage,
    RunQuery,
    SampleIn,
    SampleOut,
    SamplePage,
    SignOffIn,
    SignOffList,
    SignOffOut,
    TextIn,
)
from stackroom.oversight.reports.service import papers, reading, running, sampling
from stackroom.oversight.reports.showing import run_out, sample_out

api = APIBlueprint("reports_v1", __name__, url_prefix="/api/v1/audit/reports", tag="Audit reports")
FILE: dict[int | str, Any] = {
    200: {
        "description": "The findings as CSV or JSON, or the whole report as PDF",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
ZIP: dict[int | str, Any] = {
    200: {
        "description": "A ZIP with the sample as JSON, its entries as CSV, and both as PDF",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
SIGNED: dict[int | str, Any] = {
    200: {
        "description": "A document signed with Ed25519",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@api.get("/controls")
@requires(may.REPORTS_READ)
@api.output(ControlList)
def list_controls() -> ControlList:
    """What can be checked, with which parameters, and when it was last."""
    latest = queries.latest_runs()
    return ControlList(
        items=[
            ControlOut(
                key=each.key,
                title=each.title,
                why=each.why,
                by_library=each.by_library,
                parameters=each.parameters.model_json_schema(),
                last_run=run_out(latest[each.key]) if each.key in latest else None,
            )
            for each in registry.controls
        ]
    )


@api.get("/runs")
@requires(may.REPORTS_READ)
@api.input(RunQuery, location="query")
@api.output(RunPage)
def list_control_runs(query_data: RunQuery) -> RunPage:
    page = reading.runs(query_data).map(run_out)
    g.links = page.links()
    return RunPage.model_validate(page)


@api.post("/runs")
@requires(may.REPORTS_READ)
@api.input(RunIn)
@api.output(RunOut, 201)
@api.doc(summary="Run a control")
def create_control_run(json_data: RunIn) -> RunOut:
    """Of up to a quarter the answer holds what was found; a longer span is queued for a worker."""
    return run_out(running.start(json_data))


@api.get("/runs/<uuid:control_run_id>")
@requires(may.REPORTS_READ)
@api.output(RunOut)
def get_control_run(control_run_id: UUID) -> RunOut:
    return run_out(queries.run(control_run_id))


@api.get("/runs/<uuid:control_run_id>/findings")
@requires(may.REPORTS_READ)
@api.input(FindingQuery, location="query")
@api.output(FindingPage)
def list_findings(control_run_id: UUID, query_data: FindingQuery) -> FindingPage:
    page = reading.findings(queries.run(control_run_id), query_data)
    g.links = page.links()
    return FindingPage.model_validate(page)


@api.get("/runs/<uuid:control_run_id>/file")
@requires(may.REPORTS_READ, writes=True)
@api.input(FileQuery, location="query")
@api.doc(summary="A report as a file", responses=FILE)
def download_control_run(control_run_id: UUID, query_data: FileQuery) -> Response:
    return report_file(control_run_id, query_data.format)


@api.get("/runs/<uuid:control_run_id>/sign-offs")
@requires(may.REPORTS_READ)
@api.output(SignOffList)
def list_sign_offs(control_run_id: UUID) -> SignOffList:
    found = queries.sign_offs(queries.run(control_run_id).id)
    return SignOffList(items=[SignOffOut.model_validate(each) for each in found])


@api.post("/runs/<uuid:control_run_id>/sign-offs")
@requires(may.NOTES_OWN, step_up=True)
@api.input(SignOffIn)
@api.output(SignOffOut, 201)
@api.doc(summary="Sign a report off")
def create_sign_off(control_run_id: UUID, json_data: SignOffIn) -> SignOffOut:
    """The conclusion is kept in a signed document, with the findings' hash and all notes."""
    made = papers.sign_off(control_run_id, json_data, Signer(app().settings))
    return SignOffOut.model_validate(made)


@api.get("/runs/<uuid:control_run_id>/sign-offs/<uuid:control_sign_off_id>/document")
@requires(may.REPORTS_READ, writes=True)
@api.doc(summary="The signed document", responses=SIGNED)
def download_sign_off(control_run_id: UUID, control_sign_off_id: UUID) -> Response:
    """`stackroom reports verify` checks it."""
    return sign_off_file(control_run_id, control_sign_off_id)


@api.get("/runs/<uuid:control_run_id>/notes")
@requires(may.REPORTS_READ)
@api.input(PageQuery, location="query")
@api.output(NotePage)
def list_run_notes(control_run_id: UUID, query_data: PageQuery) -> NotePage:
    page = reading.notes_on_run(control_run_id, query_data).map(NoteOut.model_validate)
    g.links = page.links()
    return NotePage.model_validate(page)


@api.post("/runs/<uuid:control_run_id>/notes")
@requires(may.NOTES_OWN)
@api.input(NoteIn)
@api.output(NoteOut, 201)
@api.doc(summary="Write a note on a report")
def create_run_note(control_run_id: UUID, json_data: NoteIn) -> NoteOut:
    """On all of it, or on one finding. It stays; a correction is a note of its own."""
    return NoteOut.model_validate(papers.note_on_run(control_run_id, json_data))


@api.get("/samples/<uuid:control_sample_id>/notes")
@requires(may.REPORTS_READ)
@api.input(PageQuery, location="query")
@api.output(NotePage)
def list_sample_notes(control_sample_id: UUID, query_data: PageQuery) -> NotePage:
    page = reading.notes_on_sample(control_sample_id, query_data).map(NoteOut.model_validate)
    g.links = page.links()
    return NotePage.model_validate(page)


@api.post("/samples/<uuid:control_sample_id>/notes")
@requires(may.NOTES_OWN)
@api.input(TextIn)
@api.output(NoteOut, 201)
@api.doc(summary="Write a note on a sample")
def create_sample_note(control_sample_id: UUID, json_data: TextIn) -> NoteOut:
    return NoteOut.model_validate(papers.note_on_sample(control_sample_id, json_data.text))


@api.post("/notes/<uuid:control_note_id>/corrections")
@requires(may.NOTES_OWN)
@api.input(TextIn)
@api.output(NoteOut, 201)
@api.doc(summary="Correct a note")
def correct_note(control_note_id: UUID, json_data: TextIn) -> NoteOut:
    """By a further note on the same thing; what was written stays to be read."""
    return NoteOut.model_validate(papers.correct(control_note_id, json_data.text))


@api.get("/samples")
@requires(may.REPORTS_READ)
@api.input(PageQuery, location="query")
@api.output(SamplePage)
def list_control_samples(query_data: PageQuery) -> SamplePage:
    page = reading.samples(query_data).map(sample_out)
    g.links = page.links()
    return SamplePage.model_validate(page)


@api.post("/samples")
@requires(may.NOTES_OWN)
@api.input(SampleIn)
@api.output(SampleOut, 201)
@api.doc(summary="Draw a sample")
def create_control_sample(json_data: SampleIn) -> SampleOut:
    """From the findings of a run, or from the entries that filters leave."""
    return sample_out(sampling.take(json_data))


@api.get("/samples/<uuid:control_sample_id>")
@requires(may.REPORTS_READ)
@api.output(SampleOut)
def get_control_sample(control_sample_id: UUID) -> SampleOut:
    return sample_out(queries.sample(control_sample_id))


@api.get("/samples/<uuid:control_sample_id>/evidence")
@requires(may.REPORTS_READ, writes=True)
@api.doc(summary="The evidence behind a sample", responses=ZIP)
def download_evidence(control_sample_id: UUID) -> Response:
    return evidence_file(control_sample_id)
