"""The pages of control reports."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.audit import telling
from stackroom.core.errors import NotFound
from stackroom.core.features import registry
from stackroom.core.http import app
from stackroom.core.pagination import Page, PageQuery
from stackroom.core.permissions import requires
from stackroom.core.signing import Signer
from stackroom.libraries.service import libraries
from stackroom.oversight.reports import permissions as may
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.downloads import evidence_file, report_file, sign_off_file
from stackroom.oversight.reports.models import ControlNote, ControlRun
from stackroom.oversight.reports.schemas import (
    FileQuery,
    FindingQuery,
    NoteIn,
    NoteOut,
    RunIn,
    RunQuery,
    SampleIn,
    SignOffIn,
    SignOffOut,
    TextIn,
)
from stackroom.oversight.reports.service import papers, reading, running, sampling
from stackroom.oversight.reports.showing import run_out, sample_out
from stackroom.oversight.reports.web import words
from stackroom.web.forms import Form, submitted

web = Blueprint("reports", __name__, url_prefix="/audit/reports", template_folder="templates")
NOTES = 100
"""Of one page."""


@web.context_processor
def page_words() -> dict[str, Any]:
    return {"words": words}


@web.get("")
@requires(may.REPORTS_READ)
def index() -> str:
    latest = {key: run_out(run) for key, run in queries.latest_runs().items()}
    return render_template("reports/index.html", controls=registry.controls, latest=latest)


@web.get("/new/<control_key>")
@requires(may.REPORTS_READ)
def new(control_key: str) -> str:
    control = _control(control_key)
    form = Form(words.form_model(control), words.proposed(control))
    return render_template("reports/new.html", form=form, **_choices(control))


@web.post("/new/<control_key>")
@requires(may.REPORTS_READ)
def start(control_key: str) -> Redirect:
    control = _control(control_key)
    form = submitted(words.form_model(control))
    with form.or_again("reports/new.html", **_choices(control)) as given:
        held = given.model_dump(mode="json")
        span = {name: held.pop(name) for name in ("since", "until", "library")}
        made = running.start(RunIn(control=control.key, parameters=held, **span))
    return redirect(url_for(".show", control_run_id=made.id), 303)


def _control(key: str) -> Any:
    try:
        return registry.control(key)
    except LookupError:
        raise NotFound from None


def _choices(control: Any) -> dict[str, Any]:
    places = [(each.code, each.name) for each in libraries()] if control.by_library else []
    return {"control": control, "places": places, "asked": list(words.fields(control))}


@web.get("/runs")
@requires(may.REPORTS_READ)
def runs() -> str:
    query = RunQuery.model_validate(request.args.to_dict())
    page = reading.runs(query).map(run_out)
    controls = [(each.key, each.title) for each in registry.controls]
    return render_template("reports/runs.html", page=page, query=query, controls=controls)


@web.get("/runs/<uuid:control_run_id>")
@requires(may.REPORTS_READ)
def show(control_run_id: UUID) -> str:
    run, query = queries.run(control_run_id), FindingQuery.model_validate(request.args.to_dict())
    page = reading.findings(run, query) if run.result else None
    return render_template(
        "reports/show.html", run=run_out(run), page=page, query=query, **_papers(run)
    )


def _papers(run: ControlRun) -> dict[str, Any]:
    samples = reading.samples(PageQuery(per_page=NOTES), run.id)
    return {
        "notes": _shown(reading.notes_on_run(run.id, PageQuery(per_page=NOTES))),
        "samples": [sample_out(each) for each in samples.items],
        "sign_offs": [SignOffOut.model_validate(each) for each in queries.sign_offs(run.id)],
    }


def _shown(page: Page[ControlNote]) -> list[NoteOut]:
    return [NoteOut.model_validate(each) for each in page.items]


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
    noted = _shown(reading.notes_on_run(run.id, PageQuery(per_page=NOTES)))
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


@web.post("/runs/<uuid:control_run_id>/notes")
@requires(may.NOTES_OWN)
def note_run(control_run_id: UUID) -> Redirect:
    given = NoteIn.model_validate(_given(*NoteIn.model_fields))
    return _noted(papers.note_on_run(control_run_id, given))


@web.post("/samples/<uuid:control_sample_id>/notes")
@requires(may.NOTES_OWN)
def note_sample(control_sample_id: UUID) -> Redirect:
    given = TextIn.model_validate(_given("text"))
    return _noted(papers.note_on_sample(control_sample_id, given.text))


@web.post("/notes/<uuid:control_note_id>/corrections")
@requires(may.NOTES_OWN)
def correct_note(control_note_id: UUID) -> Redirect:
    given = TextIn.model_validate(_given("text"))
    return _noted(papers.correct(control_note_id, given.text))


def _noted(made: ControlNote) -> Redirect:
    flash("The note is kept. It cannot be changed; a correction is a new note.", "success")
    if made.sample_id:
        there = url_for(".sample", control_sample_id=made.sample_id)
    elif made.finding:
        there = url_for(".finding", control_run_id=made.run_id, number=made.finding)
    else:
        there = url_for(".show", control_run_id=made.run_id)
    return redirect(there, 303)


def _given(*names: str) -> dict[str, str]:
    return {name: request.form[name] for name in names if request.form.get(name)}


@web.get("/runs/<uuid:control_run_id>/sign-off")
@requires(may.NOTES_OWN, step_up=True)
def signing(control_run_id: UUID) -> str:
    run = run_out(queries.run(control_run_id))
    return render_template("reports/sign_off.html", form=Form(SignOffIn), run=run)


@web.post("/runs/<uuid:control_run_id>/sign-off")
@requires(may.NOTES_OWN, step_up=True)
def sign_off(control_run_id: UUID) -> Redirect:
    form = submitted(SignOffIn)
    run = run_out(queries.run(control_run_id))
    with form.or_again("reports/sign_off.html", run=run) as given:
        papers.sign_off(control_run_id, given, Signer(app().settings))
    flash("The report is signed off; the signed document is below.", "success")
    return redirect(url_for(".show", control_run_id=control_run_id), 303)


@web.get("/runs/<uuid:control_run_id>/sign-offs/<uuid:control_sign_off_id>/document")
@requires(may.REPORTS_READ, writes=True)
def document(control_run_id: UUID, control_sign_off_id: UUID) -> Response:
    return sign_off_file(control_run_id, control_sign_off_id)


@web.get("/samples")
@requires(may.REPORTS_READ)
def samples() -> str:
    page = reading.samples(PageQuery.model_validate(request.args.to_dict())).map(sample_out)
    return render_template("reports/samples.html", page=page)


@web.get("/samples/new")
@requires(may.NOTES_OWN)
def new_sample() -> str:
    asked = {name: it for name, it in request.args.items() if name in SampleIn.model_fields}
    return render_template("reports/new_sample.html", form=Form(SampleIn, {"size": 25, **asked}))


@web.post("/samples/new")
@requires(may.NOTES_OWN)
def draw() -> Redirect:
    form = submitted(SampleIn)
    with form.or_again("reports/new_sample.html") as given:
        made = sampling.take(given)
    flash(f"{len(made.units)} of {made.population:,} are drawn.", "success")
    return redirect(url_for(".sample", control_sample_id=made.id), 303)


@web.get("/samples/<uuid:control_sample_id>")
@requires(may.REPORTS_READ)
def sample(control_sample_id: UUID) -> str:
    drawn = queries.sample(control_sample_id)
    return render_template(
        "reports/sample.html",
        sample=sample_out(drawn),
        entries=telling.told(queries.entries(drawn.entries[:500])),
        notes=_shown(reading.notes_on_sample(drawn.id, PageQuery(per_page=NOTES))),
    )


@web.get("/samples/<uuid:control_sample_id>/evidence")
@requires(may.REPORTS_READ, writes=True)
def take_evidence(control_sample_id: UUID) -> Response:
    return evidence_file(control_sample_id)
