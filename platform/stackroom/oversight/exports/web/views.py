"""The pages of exports of the audit trail: ask, watch, download."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.audit.filters import Filters, called
from stackroom.core.actor import provenance
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.exports import permissions as may
from stackroom.oversight.exports import service
from stackroom.oversight.exports.downloads import attached
from stackroom.oversight.exports.models import UNDERWAY, AuditExport
from stackroom.oversight.exports.schemas import AuditExportOut, ExportForm, plain
from stackroom.web.forms import Form, submitted

web = Blueprint("audit_exports", __name__, template_folder="templates")


@web.get("/audit/exports")
@requires(may.AUDIT_EXPORTS_READ)
def index() -> str:
    page = service.exports(PageQuery.model_validate(request.args.to_dict())).map(_shown)
    underway = [one for one, _ in page.items if one.status in UNDERWAY]
    return render_template(
        "audit_exports/index.html", page=page, underway=underway, me=provenance().actor.id
    )


@web.get("/audit/exports/new")
@requires(may.AUDIT_EXPORTS_OWN, step_up=True)
def new() -> str:
    return render_template(
        "audit_exports/new.html", form=Form(ExportForm, {"format": "csv"}), **_filter()
    )


@web.post("/audit/exports/new")
@requires(may.AUDIT_EXPORTS_OWN, step_up=True)
def create() -> Redirect:
    """The filter stands in the address, as on the page of the trail."""
    form, chosen = submitted(ExportForm), _filter()
    with form.or_again("audit_exports/new.html", **chosen) as given:
        query = Filters.model_validate(chosen["asked"])
        service.request(query, given.format, with_values=given.with_values)
    flash("The export waits for its turn; this page shows how far it is.", "success")
    return redirect(url_for(".index"), 303)


@web.post("/audit/exports/<uuid:audit_export_id>/cancel")
@requires(may.AUDIT_EXPORTS_OWN)
def cancel(audit_export_id: UUID) -> Redirect:
    service.cancel(audit_export_id)
    flash("The export is called off.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/audit/exports/<uuid:audit_export_id>/file")
@requires(may.AUDIT_EXPORTS_READ, writes=True, step_up=True)
def download(audit_export_id: UUID) -> Response:
    return attached(audit_export_id)


def _filter() -> dict[str, Any]:
    """What the address asks for, as the trail's own page reads it."""
    given = {name: value for name, value in request.args.items() if value}
    asked = plain(Filters.model_validate(given))
    told = [(called(name).capitalize(), value) for name, value in asked.items()]
    return {"asked": asked, "told": told}


def _shown(found: AuditExport) -> tuple[AuditExportOut, str]:
    """With what it was narrowed to, in words."""
    return AuditExportOut.model_validate(found), service.words(found)
