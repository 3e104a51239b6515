"""The organisation's settings."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import app
from stackroom.core.organisation import present
from stackroom.core.permissions import requires
from stackroom.staff import organisation as settings
from stackroom.staff import permissions as may
from stackroom.staff.schemas import ZONE_CHOICES, OrganisationIn
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/organisation")
@requires(may.ORGANISATION_READ)
def organisation() -> str:
    found = present()
    form = Form(OrganisationIn, {"name": found.name, "timezone": found.timezone})
    return render_template("staff/organisation.html", form=form, **_page())


@web.post("/organisation")
@requires(may.ORGANISATION_WRITE)
def change_organisation() -> Response:
    form = submitted(OrganisationIn)
    with form.or_again("staff/organisation.html", **_page()) as given:
        changed = settings.change(**given.model_dump())
    app().resolver.forget(changed.host)
    flash("The settings are saved.", "success")
    return redirect(url_for(".organisation"), 303)


def _page() -> dict[str, object]:
    found = present()
    return {
        "timezones": ZONE_CHOICES,
        "address": app().settings.origin(found.host),
        "status": found.status,
        "since": found.created_at,
    }
