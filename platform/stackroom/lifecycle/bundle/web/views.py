"""The page of exports: ask, watch, download."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.lifecycle.bundle import permissions as may
from stackroom.lifecycle.bundle import service
from stackroom.lifecycle.bundle.downloads import attached
from stackroom.lifecycle.bundle.models import UNDERWAY
from stackroom.lifecycle.bundle.runner import WHY
from stackroom.lifecycle.bundle.schemas import ExportOut
from tenants import context

web = Blueprint("exports", __name__, template_folder="templates")


@web.app_template_global("latest_export")
def latest_export() -> ExportOut | None:
    """For the page of an organisation that closes."""
    found = service.latest()
    return ExportOut.model_validate(found) if found else None


@web.get("/exports")
@requires(may.ORGANISATION_EXPORT)
def index() -> str:
    query = PageQuery.model_validate(request.args.to_dict())
    page = service.exports(query).map(ExportOut.model_validate)
    underway = any(one.status in UNDERWAY for one in page.items)
    return render_template("lifecycle/bundle/index.html", page=page, underway=underway)


@web.post("/exports")
@requires(may.ORGANISATION_EXPORT, open_when_suspended=True, step_up=True)
def create() -> Redirect:
    with context.writing_though_read_only(WHY):
        service.request()
    flash("The export waits for its turn; this page shows how far it is.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/exports/<uuid:export_id>/file")
@requires(may.ORGANISATION_EXPORT, open_when_suspended=True, writes=True, step_up=True)
def download(export_id: UUID) -> Response:
    return attached(export_id)
