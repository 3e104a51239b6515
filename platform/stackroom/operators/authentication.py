"""From a request at the console's host to the operator behind it, by a cookie of its own."""

from typing import cast

from flask import Request, current_app
from werkzeug.wrappers import Response

from config import Settings
from stackroom.core.http import Stackroom
from stackroom.core.permissions import Host, Principal
from stackroom.operators import faults, second_factor, sign_in
from stackroom.operators.support import authentication as support
from stackroom.staff.factors.codes import Seal
from stackroom.web.security import cookie_name, forget_sign_in, keep_signed_in

COOKIE = "OPERATOR_COOKIE"


def install(app: Stackroom, settings: Settings) -> None:
    """After that of staff: support access is one more way into an organisation."""
    https = settings.scheme == "https"
    app.config[COOKIE] = cookie_name("stackroom_operator", https=https)
    app.extensions["operator_seal"] = second_factor.seal(settings)
    app.authenticate_operator = authenticate
    app.doors[Host.CONSOLE] = "console.sign_in_form"
    app.note_fault = faults.note
    support.install(app, https=https)


def seal() -> Seal:
    return cast("Seal", current_app.extensions["operator_seal"])


def authenticate(request: Request) -> Principal | None:
    """Nothing but this cookie opens the console: no bearer token, no cookie of an organisation."""
    token = request.cookies.get(current_app.config[COOKIE])
    return sign_in.principal(token) if token else None


def remember(response: Response, opened: sign_in.Opened) -> Response:
    return keep_signed_in(response, COOKIE, opened.token, sign_in.ABSOLUTE, same_site="Strict")


def forget(response: Response) -> Response:
    return forget_sign_in(response, COOKIE, same_site="Strict")
