"""From a request to the person behind it: a bearer token, or the cookie of the pages."""

from datetime import timedelta
from uuid import UUID

from flask import Request, current_app
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from config import Settings
from stackroom.audit.events import record
from stackroom.core.actor import Channel
from stackroom.core.database import survive
from stackroom.core.errors import BadRequest, WrongOrganisation
from stackroom.core.http import Stackroom, is_api, principal_or_none
from stackroom.core.permissions import Host, Principal
from stackroom.staff import events, sign_in, tokens
from stackroom.staff.errors import InvalidToken
from stackroom.staff.keys import authentication as keys
from stackroom.staff.keys.spelling import PREFIX as API_KEY
from stackroom.staff.passwords import Passwords
from stackroom.staff.security import devices
from stackroom.web.security import (
    cookie_name,
    forget_sign_in,
    keep,
    keep_signed_in,
    refuse_other_origin,
)
from tenants import context

COOKIE, DEVICE_COOKIE = "SIGN_IN_COOKIE", "DEVICE_COOKIE"
WEB_SESSION = timedelta(hours=12)
"""A working day; then one signs in again, however busy one was."""
csrf = CSRFProtect()


def install(app: Stackroom, settings: Settings) -> None:
    app.extensions["passwords"] = Passwords(
        memory_kib=settings.argon2_memory_kib, time=settings.argon2_time
    )
    tokens.install(app, settings)
    app.config[COOKIE] = cookie_name("stackroom_session", https=settings.scheme == "https")
    app.config[DEVICE_COOKIE] = cookie_name("stackroom_device", https=settings.scheme == "https")
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # the edge asks, once it knows who is there
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a desk stays open all day; the session bounds it
    csrf.init_app(app)
    app.authenticate = authenticate
    app.doors = {Host.ORGANISATION: "staff.sign_in_form"}
    app.refuse_forgery = refuse_forgery


def hasher() -> Passwords:
    found: Passwords = current_app.extensions["passwords"]
    return found


def authenticate(request: Request) -> Principal | None:
    """Raises InvalidToken or WrongOrganisation for a bearer token that does not serve here, and
    what `staff.keys` refuses an API key with.
    A cookie that does not serve is no error: the page asks to sign in. A browser holds one of
    another organisation where a domain has changed hands."""
    devices.enter(_device(request))
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_bearer(request, token.strip())
    if cookie := _cookie(request):
        try:
            return sign_in.principal(_claims(cookie), Channel.WEB)
        except (InvalidToken, WrongOrganisation):
            return None
    return None


def _by_bearer(request: Request, token: str) -> Principal:
    if token.startswith(API_KEY):
        return keys.authenticate(token, request)
    principal = sign_in.principal(_claims(token), Channel.API)
    if principal is None:
        raise InvalidToken
    return principal


def _claims(token: str) -> tokens.Claims:
    """Host and credential must name the same organisation, or the refusal leaves an event."""
    try:
        return tokens.read(token)
    except WrongOrganisation:
        survive(lambda: record(events.WRONG_ORGANISATION))
        raise


def refuse_forgery(request: Request) -> None:
    """Pages carry a CSRF token. A bearer token or a credential in the body is its own proof."""
    by_bearer = request.headers.get("Authorization", "").lower().startswith("bearer ")
    present = principal_or_none()
    by_cookie = _cookie(request) or (present is not None and present.channel == Channel.WEB)
    if by_bearer or (is_api(request) and not by_cookie):
        return
    refuse_other_origin()
    try:
        csrf.protect()
    except CSRFError:
        raise BadRequest("The form is too old; reload the page and send it again.") from None


def remember(response: Response, account_id: UUID, session_id: UUID) -> Response:
    """Sign this browser in."""
    token = tokens.issue(account_id, session_id, WEB_SESSION)
    return keep_device(keep_signed_in(response, COOKIE, token, WEB_SESSION))


def keep_device(response: Response) -> Response:
    """Let this browser be known again; signing out leaves it that."""
    token = _signer().dumps([str(context.current().uuid), devices.present()])
    return keep(response, DEVICE_COOKIE, token, devices.FORGOTTEN_AFTER)


def forget(response: Response) -> Response:
    return forget_sign_in(response, COOKIE)


def _cookie(request: Request) -> str | None:
    return request.cookies.get(current_app.config[COOKIE])


def _device(request: Request) -> str:
    """Empty for a browser that was given no name here."""
    try:
        organisation, device = _signer().loads(request.cookies[current_app.config[DEVICE_COOKIE]])
    except (KeyError, BadSignature):
        return ""
    return str(device) if organisation == str(context.current().uuid) else ""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")
