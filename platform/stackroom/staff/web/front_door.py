"""Signing in and out, on the organisation's own host."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core import problems
from stackroom.core.errors import AuthenticationRequired
from stackroom.core.http import app, is_api, principal, principal_or_none
from stackroom.core.limits import attempts
from stackroom.core.permissions import public, requires
from stackroom.staff import authentication, sign_in
from stackroom.staff import permissions as may
from stackroom.staff.authentication import WEB_SESSION, hasher
from stackroom.staff.factors.queries import has_factor
from stackroom.staff.factors.service import entering
from stackroom.staff.factors.web import cookies
from stackroom.staff.schemas import SignIn
from stackroom.staff.sso import buttons
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/sign-in")
@public("signing in", open_when_suspended=True)
def sign_in_form() -> str | Response:
    onward = own_path(request.args.get("next", ""))
    if person := principal_or_none():
        return redirect(onward if "next" in request.args else url_for(person.home))
    form = Form(SignIn, {"next": onward})
    return render_template("staff/sign_in.html", form=form, ways=buttons.ways())


@web.post("/sign-in")
@public("signing in", open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def sign_in_person() -> Response:
    form = submitted(SignIn)
    with form.or_again("staff/sign_in.html", ways=buttons.ways()) as given:
        if earlier := principal_or_none():
            sign_in.sign_out(earlier.session_id)
        account = sign_in.recognise(given.email, given.password, passwords=hasher())
    if has_factor(account.id):
        asks = redirect(url_for("factors.factor_form", next=given.next or None), 303)
        return cookies.keep(asks, cookies.HALFWAY, entering.halfway(account, cookies.secret()))
    signed_in = sign_in.open_session(account, WEB_SESSION)
    onward = redirect(own_path(given.next), 303)
    return authentication.remember(onward, account.id, signed_in.session.id)


@web.post("/sign-out")
@requires(may.ME_READ, open_when_suspended=True)
def sign_out() -> Response:
    sign_in.sign_out(principal().session_id)
    return authentication.forget(redirect(url_for(".sign_in_form"), 303))


@web.app_errorhandler(AuthenticationRequired)
def ask_to_sign_in(error: AuthenticationRequired) -> Response:
    """A page leads to the door and, once inside, back; the API says 401."""
    wants_json = request.accept_mimetypes.best == "application/json"
    if is_api(request) or wants_json or "Authorization" in request.headers:
        return problems.answer(error)
    onward = request.full_path.rstrip("?") if request.method == "GET" else ""
    door = app().doors.get(g.here, "staff.sign_in_form")
    return redirect(url_for(door, next=onward or None), 303)


def own_path(wanted: str) -> str:
    """`wanted` where it is a path of this host, else the start page: a link to our sign-in must
    not lead to somebody else's. Browsers take a backslash for a slash and skip control
    characters."""
    parts = urlsplit(wanted)
    plain = wanted.isprintable() and "\\" not in wanted
    if plain and wanted.startswith("/") and not wanted.startswith("//") and not parts.netloc:
        return wanted
    return url_for("staff.dashboard")
