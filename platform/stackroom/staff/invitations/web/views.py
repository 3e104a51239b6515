"""Pages: who is invited, inviting one or many; and the page that the link in the mail opens."""

from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import principal, principal_or_none
from stackroom.core.limits import attempts
from stackroom.core.permissions import public, requires
from stackroom.staff import authentication, sign_in
from stackroom.staff.authentication import WEB_SESSION, hasher
from stackroom.staff.invitations import acceptance, bulk, queries, service, sheets
from stackroom.staff.invitations import permissions as may
from stackroom.staff.invitations.models import InvitationState
from stackroom.staff.invitations.schemas import (
    TOKEN,
    AcceptanceIn,
    BulkIn,
    InvitationForm,
    InvitationOut,
    InvitationQuery,
)
from stackroom.staff.roles.assigning import in_words
from stackroom.staff.roles.service import staff_roles
from stackroom.web.forms import Form, submitted

web = Blueprint("invitations", __name__, template_folder="templates")
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
@requires(may.INVITATIONS_WRITE)
def new() -> str:
    return render_template("invitations/new.html", form=Form(InvitationForm), roles=_roles())


@web.post("/staff/invitations/new")
@requires(may.INVITATIONS_WRITE)
def invite() -> Response:
    form = submitted(InvitationForm)
    with form.or_again("invitations/new.html", roles=_roles()) as given:
        made = service.invite(principal(), **given.model_dump(exclude={"grants"}))
    flash(f"{made.email} gets a mail with a link that serves once, for seven days.", "success")
    return redirect(url_for(".index"), 303)


@web.post("/staff/invitations/<uuid:invitation_id>/resend")
@requires(may.INVITATIONS_WRITE)
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
@requires(may.INVITATIONS_WRITE)
def new_bulk() -> str:
    return render_template("invitations/bulk.html", form=Form(BulkIn), roles=_roles())


@web.post("/staff/invitations/bulk")
@requires(may.INVITATIONS_WRITE)
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


@web.get("/invitations/accept")
@public("the link in the mail is the proof")
@attempts(60, timedelta(hours=1))
def accept_form() -> str:
    """Changes nothing: programs that scan mail fetch every link in it."""
    token = request.args.get("token", "")[:TOKEN]
    page = _page(token)
    form = Form(AcceptanceIn, {"token": token, "name": page["name"]})
    return render_template("invitations/accept.html", form=form, **page)


@web.post("/invitations/accept")
@public("the link in the mail is the proof")
@attempts(30, timedelta(hours=1))
def accept() -> Response:
    form = submitted(AcceptanceIn)
    page = _page(form.data["token"][:TOKEN])
    with form.or_again("invitations/accept.html", **page) as given:
        if earlier := principal_or_none():
            sign_in.sign_out(earlier.session_id)
        account = acceptance.accept(**given.model_dump(), hasher=hasher())
    signed_in = sign_in.open_session(account, WEB_SESSION)
    onward = redirect(url_for("staff.dashboard"), 303)
    answer = authentication.remember(onward, account.id, signed_in.session.id)
    flash(f"Welcome, {account.name}. Next time, sign in as {account.email}.", "success")
    return answer


def _page(token: str) -> dict[str, object]:
    """Plain values, for they may be drawn after a roll-back."""
    found = acceptance.look(token)
    invited = {each.role for each in found.wanted}
    return {
        "name": found.name,
        "email": found.email,
        "inviter": found.invited_by,
        "roles": in_words(found.wanted),
        "sentences": [each.sentence for each in staff_roles() if each.key in invited],
    }
