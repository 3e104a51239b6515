"""The pages around a forgotten password, and an admin's help with a colleague's account."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.limits import attempts
from stackroom.core.permissions import public, requires
from stackroom.staff import authentication
from stackroom.staff import permissions as may
from stackroom.staff.authentication import hasher
from stackroom.staff.security import links, service
from stackroom.staff.security.errors import InvalidReset
from stackroom.staff.security.schemas import ResetConfirmation, ResetRequest
from stackroom.staff.service import person
from stackroom.web.forms import Form, submitted

web = Blueprint("security", __name__, template_folder="templates")
FORGOTTEN = "who has forgotten the password cannot sign in"
PROVEN = "the token in the mail is the proof"


@web.get("/forgot-password")
@public(FORGOTTEN, open_when_suspended=True)
def forgot_form() -> str:
    return render_template("security/forgot.html", form=Form(ResetRequest))


@web.post("/forgot-password")
@public(FORGOTTEN, open_when_suspended=True)
@attempts(10, timedelta(hours=1))
def forgot() -> str:
    """The same page whoever asks, for whomever."""
    form = submitted(ResetRequest)
    with form.or_again("security/forgot.html") as given:
        service.ask(given.email)
    return render_template("security/asked.html", email=given.email)


@web.get("/reset-password")
@public(PROVEN, open_when_suspended=True)
def reset_form() -> str | Response:
    """Changes nothing: programs that scan mail fetch every link in it."""
    token = request.args.get("token", "")[:200]
    try:
        links.owner(token)
    except InvalidReset as error:
        flash(f"{error.title}. {error.detail}", "warning")
        return redirect(url_for(".forgot_form"), 303)
    return render_template("security/reset.html", form=Form(ResetConfirmation, {"token": token}))


@web.post("/reset-password")
@public(PROVEN, open_when_suspended=True)
@attempts(30, timedelta(hours=1))
def reset() -> Response:
    form = submitted(ResetConfirmation)
    with form.or_again("security/reset.html") as given:
        service.choose(given.token, given.new_password, hasher=hasher())
    flash("Your new password is saved. Sign in with it.", "success")
    return authentication.keep_device(redirect(url_for("staff.sign_in_form"), 303))


@web.post("/staff/<uuid:account_id>/sessions/close")
@requires(may.STAFF_WRITE, open_when_suspended=True, step_up=True)
def close_sessions(account_id: UUID) -> Response:
    account = person(account_id)
    closed = service.sign_out(account)
    flash(f"{account.name} is signed out everywhere ({closed} devices).", "success")
    return _back_to(account_id)


@web.post("/staff/<uuid:account_id>/password-reset")
@requires(may.STAFF_WRITE, open_when_suspended=True, step_up=True)
def order_reset(account_id: UUID) -> Response:
    account = person(account_id)
    service.order(account)
    flash(f"A link for a new password is on its way to {account.email}.", "success")
    return _back_to(account_id)


def _back_to(account_id: UUID) -> Response:
    return redirect(url_for("staff.person", account_id=account_id), 303)
