"""The step between password and session, and the passkey that needs no password."""

from datetime import timedelta

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from stackroom.core.errors import AuthenticationRequired
from stackroom.core.http import principal_or_none
from stackroom.core.limits import attempts
from stackroom.core.permissions import public
from stackroom.staff import authentication, sign_in
from stackroom.staff.authentication import WEB_SESSION
from stackroom.staff.factors import queries
from stackroom.staff.factors.here import seal, site
from stackroom.staff.factors.schemas import AssertionIn, OtpIn
from stackroom.staff.factors.service import apps, ceremonies, entering, passkeys
from stackroom.staff.factors.web import cookies
from stackroom.staff.factors.web.blueprint import web
from stackroom.staff.models import Account
from stackroom.staff.sso.requirement import refuse_other_ways
from stackroom.staff.web.front_door import own_path
from stackroom.web.forms import Form, submitted

ALONE, SECOND = "alone", "second"
AGAIN = "This took too long; sign in again."


@web.get("/sign-in/factor")
@public("the password was shown: asks for the second factor", open_when_suspended=True)
def factor_form() -> str | AnyResponse:
    if (account := _halfway()) is None:
        return redirect(url_for("staff.sign_in_form"))
    form = Form(OtpIn, {"next": own_path(request.args.get("next", ""))})
    return render_template("factors/factor.html", form=form, **_page(account))


@web.post("/sign-in/factor")
@public("the password was shown: takes the second factor", open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def show_code() -> AnyResponse:
    account, form = _arrived(), submitted(OtpIn)
    with form.or_again("factors/factor.html", **_page(account)) as given:
        apps.show(account.id, given.otp, seal())
    return _open(account, given.next, entering.WITH_CODE)


@web.post("/sign-in/factor/challenge")
@public("the password was shown: what a passkey is to answer", open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def ask_second() -> Response:
    account = _arrived()
    known = passkeys.known(queries.held(account.id).passkeys, site())
    question = ceremonies.question(site(), known, alone=False)
    return cookies.ask(question, purpose=SECOND, of=account.id)


@web.post("/sign-in/factor/passkey")
@public("the password was shown: takes a passkey", open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def show_second() -> AnyResponse:
    account, form = _arrived(), submitted(AssertionIn)
    with form.or_again("factors/factor.html", **_page(account)) as given:
        asked = cookies.challenge(purpose=SECOND, of=account.id)
        entering.by_passkey(given.credential, asked, site(), account=account)
    return _open(account, given.next, entering.WITH_PASSKEY)


@web.post("/sign-in/passkey/challenge")
@public("signing in: what a passkey is to answer", open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def ask_alone() -> Response:
    return cookies.ask(ceremonies.question(site(), alone=True), purpose=ALONE, of="")


@web.post("/sign-in/passkey")
@public("signing in by a passkey alone", open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
def show_alone() -> AnyResponse:
    form = submitted(AssertionIn)
    with form.or_again("factors/passkey_again.html") as given:
        asked = cookies.challenge(purpose=ALONE, of="")
        account = entering.by_passkey(given.credential, asked, site())
        refuse_other_ways(account)
    return _open(account, given.next, entering.WITH_PASSKEY)


def _open(account: Account, onward: str, how: str) -> AnyResponse:
    if earlier := principal_or_none():
        sign_in.sign_out(earlier.session_id)
    signed_in = sign_in.open_session(account, WEB_SESSION, how=how)
    answer = redirect(own_path(onward), 303)
    for name in (cookies.HALFWAY, cookies.CHALLENGE):
        cookies.drop(answer, name)
    return authentication.remember(answer, account.id, signed_in.session.id)


def _halfway() -> Account | None:
    return entering.arrived(cookies.carried(cookies.HALFWAY), cookies.secret())


def _arrived() -> Account:
    """Raises AuthenticationRequired, which leads to the door."""
    if (account := _halfway()) is None:
        raise AuthenticationRequired(AGAIN)
    return account


def _page(account: Account) -> dict[str, object]:
    held = queries.held(account.id)
    here = passkeys.known(held.passkeys, site())
    return {"takes_code": held.app or held.codes > 0, "takes_passkey": bool(here)}
