"""Samples: drawing, looking, taking the evidence."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.audit import telling
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.reports import permissions as may
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.downloads import evidence_file
from stackroom.oversight.reports.schemas import (
    SampleIn,
)
from stackroom.oversight.reports.service import reading, sampling
from stackroom.oversight.reports.showing import sample_out
from stackroom.oversight.reports.web.blueprint import NOTES, notes_shown, web
from stackroom.web.forms import Form, submitted


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
        notes=notes_shown(reading.notes_on_sample(drawn.id, NOTES)),
    )


@web.get("/samples/<uuid:control_sample_id>/evidence")
@requires(may.REPORTS_READ, writes=True)
def take_evidence(control_sample_id: UUID) -> Response:
    return evidence_file(control_sample_id)
