"""A second way into an organisation, beside its people's own: the cookie of a visit."""

from flask import Request, current_app, g
from werkzeug.wrappers import Response

from stackroom.audit.events import record
from stackroom.core.database import survive
from stackroom.core.http import SAFE, Stackroom
from stackroom.core.permissions import Access, Host, Principal
from stackroom.operators.sign_in import ABSOLUTE
from stackroom.operators.support import events, service
from stackroom.operators.support.errors import NotCovered
from stackroom.web.security import cookie_name, forget_sign_in, keep_signed_in

COOKIE = "SUPPORT_COOKIE"


def install(app: Stackroom, *, https: bool) -> None:
    app.config[COOKIE] = cookie_name("stackroom_support", https=https)
    by_people = app.authenticate

    def authenticate(request: Request) -> Principal | None:
        """A bearer token is its own word; else a visit comes before a sign-in, so that nobody
        acts under one name while the banner shows another."""
        if "Authorization" in request.headers:
            return by_people(request)
        return _guest(request) or by_people(request)

    app.authenticate = authenticate
    app.leaves_a_trace = leaves_a_trace
    app.heed_guest = heed


def leaves_a_trace(request: Request) -> bool:
    return g.here is Host.CONSOLE or current_app.config[COOKIE] in request.cookies


def _guest(request: Request) -> Principal | None:
    secret = request.cookies.get(current_app.config[COOKIE])
    g.guest = service.guest(secret) if secret else None
    return g.guest.principal if g.guest else None


def heed(request: Request, access: Access) -> None:
    """Every page that support looks at stands in the organisation's trail, and so does what it was
    refused. Without words of a search: those may be somebody's name.

    Raises NotCovered for a change outside the grant, also where a route is open to all.
    """
    path, method = request.path, request.method
    survive(lambda: record(events.REFUSED, label=path, method=method))
    if method in SAFE:
        record(events.VIEWED, label=path)
        return
    if access.permission is None or not g.guest.principal.may(access.permission):
        raise NotCovered


def remember(response: Response, secret: str) -> Response:
    return keep_signed_in(response, COOKIE, secret, ABSOLUTE)


def forget(response: Response) -> Response:
    return forget_sign_in(response, COOKIE)
