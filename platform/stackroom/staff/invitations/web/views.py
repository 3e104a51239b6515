"""Pages of whoever invites: who is invited, inviting one or many."""

from urllib.parse import quote
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import principal
from stackroom.core.permissions import requires
from stackroom.staff.invitations import bulk, queries, service, sheets
from stackroom.staff.invitations import permissions as may
from stackroom.staff.invitations.models import InvitationState
from stackroom.staff.invitations.schemas import (
    BulkIn,
    InvitationForm,
    InvitationOut,
    InvitationQuery,
)
from stackroom.staff.invitations.web import accepting
from stackroom.staff.invitations.web.blueprint import web
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.web import role_rows
from stackroom.web.forms import Form, submitted

__all__ = ["accepting", "web"]
STATES = [(state.value, state.value.capitalize()) for state in InvitationState]


def _roles() -> list[tuple[str, str]]:
    return [(role.key, f"{role.title}: {role.sentence}") for role in staff_roles()]


@web.get("/staff/invitations")
@requires(may.INVITATIONS_READ)
def index() -> str:
    query = InvitationQuery.model_validate(request.args.to_dict())
    page = queries.invitations(query).map(InvitationOut.model_validate)
    return render_template(
        "invitations/index.html", page=page, query=query, states=STATES,
        form=Form(InvitationQuery, {"state": query.state}), warning=queries.plan_warning(),
    )  # fmt: skip


@web.get("/staff/invitations/new")
@requires(may.INVITATIONS_WRITE, step_up=True)
def new() -> str:
    form, choices = Form(InvitationForm), role_rows.choices()
    return render_template("invitations/new.html", form=form, choices=choices)


@web.post("/staff/invitations/new")
@requires(may.INVITATIONS_WRITE, step_up=True)
def invite() -> Response:
    form = submitted(InvitationForm)
    form.data["roles"] = role_rows.sent()
    with form.or_again("invitations/new.html", choices=role_rows.choices()) as given:
        grants = role_rows.wanted(given.roles)
        made = service.invite(principal(), email=given.email, name=given.name, grants=grants)
    flash(f"{made.email} gets a mail with a link that serves once, for seven days.", "success")
    return redirect(url_for(".index"), 303)


@web.post("/staff/invitations/<uuid:invitation_id>/resend")
@requires(may.INVITATIONS_WRITE, step_up=True)
def resend(invitation_id: UUID) -> Response:
    found = service.resend(principal(), invitation_id)
    flash(f"{found.email} gets a new link; the one before serves no more.", "success")
    return redirect(url_for(".index"), 303)


@web.post("/staff/invitations/<uuid:invitation_id>/revoke")
@requires(may.INVITATIONS_WRITE)
def revoke(invitation_id: UUID) -> Response:
    service.revoke(invitation_id)
    flash("The invitation is revoked; its link serves no more.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/staff/invitations/bulk")
@requires(may.INVITATIONS_WRITE, step_up=True)
def new_bulk() -> str:
    return render_template("invitations/bulk.html", form=Form(BulkIn), roles=_roles())


@web.post("/staff/invitations/bulk")
@requires(may.INVITATIONS_WRITE, step_up=True)
def invite_bulk() -> str:
    """Answers with the result and no redirect: it is kept nowhere. Sent again, the same file
    invites nobody twice."""
    form = submitted(BulkIn)
    form.data["file"] = request.files.get("file") or ""
    with form.or_again("invitations/bulk.html", roles=_roles()) as given:
        rows = sheets.read(given.file.read())
        done = bulk.invite_all(principal(), rows, dry_run=given.dry_run)
    result = f"data:text/csv;charset=utf-8,{quote(sheets.write(done.rows))}"
    return render_template("invitations/invited.html", done=done, result=result)
