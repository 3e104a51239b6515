"""Notes and sign-offs."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.core.http import app
from stackroom.core.permissions import requires
from stackroom.core.signing import Signer
from stackroom.oversight.reports import permissions as may
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.downloads import sign_off_file
from stackroom.oversight.reports.models import ControlNote
from stackroom.oversight.reports.schemas import (
    NoteIn,
    SignOffIn,
    TextIn,
)
from stackroom.oversight.reports.service import papers
from stackroom.oversight.reports.showing import run_out
from stackroom.oversight.reports.web.blueprint import web
from stackroom.web.forms import Form, submitted


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
