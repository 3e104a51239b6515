"""Letting support in, as an admin; being inside, as support."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import principal
from stackroom.core.limits import attempts
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import public, requires
from stackroom.operators.support import authentication, service
from stackroom.operators.support.permissions import (
    AREAS,
    SUPPORT_GRANT,
    SUPPORT_INSIDE,
    SUPPORT_READ,
)
from stackroom.operators.support.schemas import HOURS, GrantIn
from stackroom.staff import authentication as sign_in
from stackroom.web.forms import Form, submitted

web = Blueprint("support", __name__, template_folder="templates")
CHOICES = {"areas": list(AREAS.items()), "hours": HOURS}
PROPOSED = {"hours": 24, "scope": list(AREAS), "may_write": False}


@web.app_context_processor
def banner() -> dict[str, Any]:
    """Every page says who is inside, by whose leave and until when."""
    guest = g.get("guest")
    return {"guest": guest, "sign_out": url_for("support.leave")} if guest else {}


@web.get("/support-access")
@requires(SUPPORT_READ)
def grants() -> str:
    page = service.grants(PageQuery.model_validate(request.args.to_dict()))
    return render_template(
        "support/grants.html",
        page=page,
        grantors=service.grantors(page.items),
        visits=service.visits(page.items),
        areas=AREAS,
    )


@web.get("/support-access/new")
@requires(SUPPORT_GRANT, step_up=True)
def new_grant() -> str:
    return render_template("support/new_grant.html", form=Form(GrantIn, PROPOSED), **CHOICES)


@web.post("/support-access/new")
@requires(SUPPORT_GRANT, open_when_suspended=True, step_up=True)
def grant() -> Response:
    form = submitted(GrantIn)
    with form.or_again("support/new_grant.html", **CHOICES) as given:
        service.grant(principal().id, **given.model_dump())
    flash("Stackroom's support can come in now. You can end it here at any time.", "success")
    return redirect(url_for(".grants"), 303)


@web.post("/support-access/<uuid:grant_id>/revoke")
@requires(SUPPORT_GRANT, open_when_suspended=True)
def revoke(grant_id: UUID) -> Response:
    service.revoke(grant_id)
    flash("The support access is over; whoever was inside is out.", "success")
    return redirect(url_for(".grants"), 303)


@web.get("/support/enter")
@public("the handover in the link is the proof", writes=True)
@attempts(20, timedelta(minutes=1))
def enter() -> Response:
    """A GET, for the console is another origin, from which no form leads here. Its link serves
    once; whoever was signed in with this browser is signed out of it."""
    secret = service.enter(request.args.get("token", "")[:200])
    answer = redirect(url_for(".inside"), 303)
    return authentication.remember(sign_in.forget(answer), secret)


@web.get("/support")
@requires(SUPPORT_INSIDE)
def inside() -> str:
    scope = [AREAS[area] for area in g.guest.scope]
    return render_template("support/inside.html", scope=scope)


@web.post("/support/leave")
@requires(SUPPORT_INSIDE, open_when_suspended=True)
def leave() -> Response:
    service.leave(principal().session_id)
    return authentication.forget(redirect(url_for("staff.sign_in_form"), 303))
