"""One run, and each of its findings."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, request

from stackroom.audit import telling
from stackroom.core.features import registry
from stackroom.core.permissions import requires
from stackroom.oversight.reports import permissions as may
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.downloads import report_file
from stackroom.oversight.reports.models import ControlRun
from stackroom.oversight.reports.schemas import (
    FileQuery,
    FindingQuery,
    SignOffOut,
)
from stackroom.oversight.reports.service import reading
from stackroom.oversight.reports.showing import run_out, sample_out
from stackroom.oversight.reports.web.blueprint import NOTES, notes_shown, web


@web.get("/runs/<uuid:control_run_id>")
@requires(may.REPORTS_READ)
def show(control_run_id: UUID) -> str:
    run, query = queries.run(control_run_id), FindingQuery.model_validate(request.args.to_dict())
    page = reading.findings(run, query) if run.result else None
    return render_template(
        "reports/show.html", run=run_out(run), page=page, query=query, **_papers(run)
    )


def _papers(run: ControlRun) -> dict[str, Any]:
    samples = reading.samples(NOTES, run.id)
    return {
        "notes": notes_shown(reading.notes_on_run(run.id, NOTES)),
        "samples": [sample_out(each) for each in samples.items],
        "sign_offs": [SignOffOut.model_validate(each) for each in queries.sign_offs(run.id)],
    }


@web.get("/runs/<uuid:control_run_id>/file")
@requires(may.REPORTS_READ, writes=True)
def download(control_run_id: UUID) -> Response:
    query = FileQuery.model_validate(request.args.to_dict())
    return report_file(control_run_id, query.format)


@web.get("/runs/<uuid:control_run_id>/findings/<int:number>")
@requires(may.REPORTS_READ)
def finding(control_run_id: UUID, number: int) -> str:
    run = queries.run(control_run_id)
    found = reading.finding(run, number)
    noted = notes_shown(reading.notes_on_run(run.id, NOTES))
    page = registry.page_of(found.subject_type, found.subject_id) if found.subject_id else ""
    return render_template(
        "reports/finding.html",
        run=run_out(run),
        found=found,
        record=page,
        person_page=registry.page_of("account", found.who_id) if found.who_id else "",
        entries=telling.told(queries.entries(found.entries)),
        notes=[note for note in noted if note.finding == number],
    )
