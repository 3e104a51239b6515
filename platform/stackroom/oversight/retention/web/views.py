"""The page of what is kept: for how long, held or not, and the archives."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.retention import permissions as may
from stackroom.oversight.retention import queries, service
from stackroom.oversight.retention.downloads import attached
from stackroom.oversight.retention.schemas import ArchiveOut, HoldIn, KeepIn
from stackroom.web.forms import Form, submitted

web = Blueprint("retention", __name__, url_prefix="/audit/retention", template_folder="templates")
PAGE = "retention/index.html"


@web.get("")
@requires(may.ARCHIVES_READ)
def index() -> str:
    kept = service.terms()
    return render_template(PAGE, form=Form(KeepIn, {"keep_years": kept.keep_years}), **_shown())


@web.post("")
@requires(may.AUDIT_RETENTION, step_up=True)
def change() -> Redirect:
    form = submitted(KeepIn)
    with form.or_again(PAGE, **_shown()) as given:
        service.keep(given.keep_years)
    flash(f"The history of {given.keep_years} years stays at hand.", "success")
    return _back()


@web.post("/hold")
@requires(may.AUDIT_RETENTION, open_when_suspended=True, step_up=True)
def hold() -> Redirect:
    service.hold(HoldIn(reason=request.form.get("reason", "")).reason)
    flash("History is on legal hold: nothing of it moves until the hold is lifted.", "success")
    return _back()


@web.post("/release")
@requires(may.AUDIT_RETENTION, open_when_suspended=True, step_up=True)
def release() -> Redirect:
    service.release(HoldIn(reason=request.form.get("reason", "")).reason)
    flash("The legal hold is lifted.", "success")
    return _back()


@web.get("/archives/<uuid:audit_archive_id>/file")
@requires(may.ARCHIVES_READ, open_when_suspended=True, writes=True, step_up=True)
def download(audit_archive_id: UUID) -> Response:
    return attached(audit_archive_id)


def _shown() -> dict[str, object]:
    query = PageQuery.model_validate(request.args.to_dict())
    page = queries.archives(query).map(ArchiveOut.model_validate)
    return {"kept": service.terms(), "page": page}


def _back() -> Redirect:
    return redirect(url_for(".index"), 303)
