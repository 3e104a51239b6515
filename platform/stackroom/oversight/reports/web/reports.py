"""What can be checked, asking for it, and all runs."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.core.errors import NotFound
from stackroom.core.features import registry
from stackroom.core.permissions import requires
from stackroom.libraries.service import libraries
from stackroom.oversight.reports import permissions as may
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.schemas import (
    RunIn,
    RunQuery,
)
from stackroom.oversight.reports.service import reading, running
from stackroom.oversight.reports.showing import run_out
from stackroom.oversight.reports.web import words
from stackroom.oversight.reports.web.blueprint import web
from stackroom.web.forms import Form, submitted


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
