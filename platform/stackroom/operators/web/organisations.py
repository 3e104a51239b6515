"""Organisations: found, looked at, suspended, resumed; and the way in, where there is consent."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import app, principal
from stackroom.core.permissions import Host, requires
from stackroom.operators import organisations as service
from stackroom.operators.permissions import OPERATE
from stackroom.operators.schemas import OrganisationQuery, PlanIn, SuspendIn
from stackroom.operators.web.blueprint import web
from stackroom.operators.web.parts import address
from stackroom.plans.registry import PLANS
from stackroom.web.forms import Form, submitted
from tenants.lifecycle import Status
from tenants.models import Organisation


@web.get("/organisations")
@requires(OPERATE, host=Host.CONSOLE)
def organisations() -> str:
    form = Form(OrganisationQuery, request.args.to_dict())
    choices = {
        "states": [(status.value, status.value.capitalize()) for status in Status],
        "plans": [(plan, plan.capitalize()) for plan in service.plans()],
    }
    with form.or_again("console/organisations.html", **choices) as query:
        page = service.organisations(query)
    return render_template(
        "console/organisations.html", form=form, page=page, address=address, **choices
    )


@web.get("/organisations/<uuid:organisation_id>")
@requires(OPERATE, host=Host.CONSOLE)
def organisation(organisation_id: UUID) -> str:
    found = service.organisation(organisation_id)
    numbers = service.look_at(found)
    return render_template(
        "console/organisation.html",
        found=found,
        numbers=numbers,
        link=app().settings.origin(found.host),
        form=Form(SuspendIn),
    )


@web.post("/organisations/<uuid:organisation_id>/suspend")
@requires(OPERATE, host=Host.CONSOLE)
def suspend(organisation_id: UUID) -> Response:
    found = service.organisation(organisation_id)
    page = {"name": found.name, "organisation_id": found.uuid}
    form = submitted(SuspendIn)
    with form.or_again("console/suspend.html", **page) as given:
        service.suspend(found, given.reason)
    return _changed(found, "is read-only now, and says why.")


@web.post("/organisations/<uuid:organisation_id>/resume")
@requires(OPERATE, host=Host.CONSOLE)
def resume(organisation_id: UUID) -> Response:
    found = service.organisation(organisation_id)
    service.resume(found)
    return _changed(found, "can write again.")


@web.get("/organisations/<uuid:organisation_id>/plan")
@requires(OPERATE, host=Host.CONSOLE)
def plan_form(organisation_id: UUID) -> str:
    found = service.organisation(organisation_id)
    form = Form(PlanIn, {"plan": found.plan})
    return render_template("console/plan.html", form=form, **_plan_page(found))


@web.post("/organisations/<uuid:organisation_id>/plan")
@requires(OPERATE, host=Host.CONSOLE)
def change_plan(organisation_id: UUID) -> Response:
    found = service.organisation(organisation_id)
    form = submitted(PlanIn)
    with form.or_again("console/plan.html", **_plan_page(found)) as given:
        service.change_plan(found, given.plan, given.reason)
    return _changed(found, f"has the plan {given.plan} now.")


@web.post("/organisations/<uuid:organisation_id>/retry")
@requires(OPERATE, host=Host.CONSOLE)
def retry(organisation_id: UUID) -> Response:
    found = service.organisation(organisation_id)
    flash(f"Jobs of {found.name} set going again: {service.retry(found)}.", "success")
    return redirect(url_for(".organisation", organisation_id=organisation_id), 303)


@web.post("/organisations/<uuid:organisation_id>/enter")
@requires(OPERATE, host=Host.CONSOLE)
def enter(organisation_id: UUID) -> str:
    """Answers with a link and no redirect: the organisation's host is another origin, to which
    the content security policy lets no form lead."""
    found = service.organisation(organisation_id)
    secret = service.hand_over(found, principal())
    way = f"{app().settings.origin(found.host)}{url_for('support.enter', token=secret)}"
    return render_template("console/enter.html", name=found.name, found_id=found.uuid, way=way)


def _plan_page(found: Organisation) -> dict[str, object]:
    plans = [(plan.key, f"{plan.name}: {plan.sentence}") for plan in PLANS.values()]
    return {"name": found.name, "organisation_id": found.uuid, "plans": plans}


def _changed(found: Organisation, what: str) -> Response:
    app().resolver.forget(found.host)
    flash(f"{found.name} {what}", "success")
    return redirect(url_for(".organisation", organisation_id=found.uuid), 303)
