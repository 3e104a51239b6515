"""Asking for a fresh proof, and leading to the factor that a role needs."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from stackroom.core import problems
from stackroom.core.errors import FactorRequired, StepUpRequired
from stackroom.core.http import is_api, principal
from stackroom.core.limits import attempts
from stackroom.core.permissions import requires
from stackroom.staff.authentication import hasher
from stackroom.staff.factors import queries
from stackroom.staff.factors.here import seal, site
from stackroom.staff.factors.schemas import AssertionIn, ConfirmIn
from stackroom.staff.factors.service import ceremonies, entering, passkeys, proofs
from stackroom.staff.factors.web import cookies
from stackroom.staff.factors.web.blueprint import web
from stackroom.staff.permissions import ME_READ
from stackroom.staff.sso.buttons import ways_again
from stackroom.staff.web.front_door import own_path
from stackroom.web.forms import Form, submitted

CONFIRM = "confirm"


@web.app_errorhandler(StepUpRequired)
def ask_for_proof(error: StepUpRequired) -> AnyResponse:
    """A page leads to the question and back to where one came from; the API says 403. What was
    sent is not sent again: one looks at the page once more."""
    if _wants_json():
        return problems.answer(error)
    return redirect(url_for("factors.confirm_form", next=_came_from()), 303)


@web.app_errorhandler(FactorRequired)
def ask_for_factor(error: FactorRequired) -> AnyResponse:
    return problems.answer(error) if _wants_json() else redirect(url_for("factors.own"), 303)


@web.get("/account/confirm")
@requires(ME_READ)
def confirm_form() -> str:
    form = Form(ConfirmIn, {"next": own_path(request.args.get("next", ""))})
    return render_template("factors/confirm.html", form=form, **_page())


@web.post("/account/confirm")
@requires(ME_READ, open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def confirm() -> AnyResponse:
    form = submitted(ConfirmIn)
    with form.or_again("factors/confirm.html", **_page()) as given:
        if given.password:
            proofs.by_password(principal(), given.password, hasher())
        else:
            proofs.by_code(principal(), given.otp or "", seal())
    return redirect(own_path(given.next), 303)


@web.post("/account/confirm/challenge")
@requires(ME_READ, open_when_suspended=True)
def ask_confirm() -> Response:
    known = passkeys.known(queries.held(principal().id).passkeys, site())
    question = ceremonies.question(site(), known, alone=False)
    return cookies.ask(question, purpose=CONFIRM, of=principal().session_id)


@web.post("/account/confirm/passkey")
@requires(ME_READ, open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def confirm_by_passkey() -> AnyResponse:
    form, me = submitted(AssertionIn), principal()
    with form.or_again("factors/confirm.html", **_page()) as given:
        asked = cookies.challenge(purpose=CONFIRM, of=me.session_id)
        account = queries.account(me.id)
        entering.by_passkey(given.credential, asked, site(), account=account)
        proofs.note(me, "a passkey")
    return cookies.drop(redirect(own_path(given.next), 303), cookies.CHALLENGE)


def _page() -> dict[str, object]:
    held = queries.held(principal().id)
    here = passkeys.known(held.passkeys, site())
    return {
        "takes_code": held.app or held.codes > 0,
        "takes_passkey": bool(here),
        "ways": ways_again(principal().id),
    }


def _came_from() -> str:
    """The page itself or, where a form was sent, the page that shows it."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    page = urlsplit(request.referrer or "")
    return f"{page.path}{'?' if page.query else ''}{page.query}"


def _wants_json() -> bool:
    wanted = request.accept_mimetypes.best == "application/json"
    return is_api(request) or wanted or "Authorization" in request.headers
