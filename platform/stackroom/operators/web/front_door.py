"""Signing in to the console, with two factors or not at all."""

from datetime import timedelta

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import principal, principal_or_none
from stackroom.core.limits import attempts
from stackroom.core.permissions import Host, public, requires
from stackroom.operators import accounts, authentication, second_factor, sign_in
from stackroom.operators.authentication import seal
from stackroom.operators.permissions import ENROL
from stackroom.operators.schemas import Code, SignIn
from stackroom.operators.web.blueprint import web
from stackroom.staff.authentication import hasher
from stackroom.staff.factors.codes import picture
from stackroom.web.forms import Form, submitted


@web.get("/sign-in")
@public("signing in to the console", host=Host.CONSOLE)
def sign_in_form() -> str | Response:
    if person := principal_or_none():
        return redirect(url_for(person.home))
    return render_template("console/sign_in.html", form=Form(SignIn))


@web.post("/sign-in")
@public("signing in to the console", host=Host.CONSOLE)
@attempts(10, timedelta(minutes=1))
def sign_in_operator() -> Response:
    form = submitted(SignIn)
    with form.or_again("console/sign_in.html") as given:
        if earlier := principal_or_none():
            sign_in.sign_out(earlier)
        opened = sign_in.sign_in(
            given.email, given.password, given.code, passwords=hasher(), seal=seal()
        )
    home = ".organisations" if opened.session.proven else ".second_factor_form"
    return authentication.remember(redirect(url_for(home), 303), opened)


@web.get("/second-factor")
@requires(ENROL, host=Host.CONSOLE)
def second_factor_form() -> str:
    return render_template("console/second_factor.html", form=Form(Code), **_secret())


@web.post("/second-factor")
@requires(ENROL, host=Host.CONSOLE)
@attempts(10, timedelta(minutes=1))
def set_second_factor() -> Response:
    form = submitted(Code)
    with form.or_again("console/second_factor.html", **_secret()) as given:
        opened, codes = sign_in.enrol(principal(), given.code, seal())
    page = render_template("console/recovery_codes.html", codes=codes, person=None)
    return authentication.remember(current_app.make_response(page), opened)


@web.post("/sign-out")
@public("ends a session; whoever has none loses nothing", host=Host.CONSOLE)
def sign_out() -> Response:
    if person := principal_or_none():
        sign_in.sign_out(person)
    return authentication.forget(redirect(url_for(".sign_in_form"), 303))


def _secret() -> dict[str, str]:
    """What the authenticator app is to be told; only before the second factor is set up."""
    operator = accounts.present(principal().id)
    secret = seal().open(operator.sealed_secret)
    address = second_factor.address(operator, secret)
    return {"secret": secret, "picture": picture(address)}
