"""The page that the link in the mail opens."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import principal_or_none
from stackroom.core.limits import attempts
from stackroom.core.permissions import public
from stackroom.staff import authentication, sign_in
from stackroom.staff.authentication import WEB_SESSION, hasher
from stackroom.staff.invitations import acceptance
from stackroom.staff.invitations.schemas import TOKEN, AcceptanceIn
from stackroom.staff.invitations.web.blueprint import web
from stackroom.staff.roles.assigning import in_words
from stackroom.staff.roles.service import staff_roles
from stackroom.web.forms import Form, submitted


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
    signed_in = sign_in.open_session(account, WEB_SESSION, how="an invitation")
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
