"""Signing in by a provider: out by its button, and back."""

from datetime import timedelta
from uuid import UUID

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from stackroom.core.errors import NotFound, Problem
from stackroom.core.http import app, principal, principal_or_none
from stackroom.core.limits import attempts
from stackroom.core.permissions import public, requires
from stackroom.staff import authentication
from stackroom.staff.authentication import WEB_SESSION
from stackroom.staff.sso import flow, landing
from stackroom.staff.sso import permissions as may
from stackroom.staff.sso.errors import FlowLost
from stackroom.staff.sso.flow import Begun, Flow, Said
from stackroom.staff.sso.terms import CALLBACK, terms
from stackroom.staff.sso.web.blueprint import web
from stackroom.staff.web.front_door import own_path
from stackroom.web.security import cookie_name


@web.get("/sign-in/with/<uuid:sso_provider_id>")
@public("signing in", open_when_suspended=True, writes=False)
@attempts(30, timedelta(minutes=1))
def begin(sso_provider_id: UUID) -> Response:
    """A link and no form: the page's policy lets no form lead to another host."""
    onward, again = own_path(request.args.get("next", "")), "again" in request.args
    try:
        return _sent_out(flow.begin(sso_provider_id, terms(), onward=onward, again=again))
    except NotFound:
        raise
    except Problem as refusal:
        return _refused(refusal)


@web.get("/organisation/sign-in/<uuid:sso_provider_id>/try")
@requires(may.SSO_WRITE, writes=False)
@attempts(30, timedelta(minutes=1))
def begin_trial(sso_provider_id: UUID) -> Response:
    me = principal().id
    try:
        return _sent_out(flow.begin(sso_provider_id, terms(), onward="", tried_by=me))
    except NotFound:
        raise
    except Problem as refusal:
        return _trial(refusal=refusal)


@web.get(CALLBACK)
@public("the sealed cookie is the proof", open_when_suspended=True, writes=False)
@attempts(60, timedelta(minutes=1))
def come_back() -> Response:
    said = Said(*(request.args.get(name, "") for name in ("state", "code", "iss", "error")))
    try:
        begun = flow.opened(request.cookies.get(_cookie(), ""), said, terms())
        answer = _tried(begun, said) if begun.tried_by else _let_in(begun, said)
    except Problem as refusal:
        answer = _refused(refusal)
    answer.delete_cookie(_cookie(), secure=_https(), httponly=True, samesite="Lax")
    return answer


def _let_in(begun: Flow, said: Said) -> Response:
    person = principal_or_none()
    landed = landing.finish(
        begun, said, terms(), lifetime=WEB_SESSION, earlier=person.session_id if person else None
    )
    onward = redirect(own_path(begun.onward), 303)
    return authentication.remember(onward, landed.account_id, landed.session_id)


def _tried(begun: Flow, said: Said) -> Response:
    """Raises FlowLost where it is not the admin who began it."""
    person = principal_or_none()
    if person is None or str(person.id) != begun.tried_by or not person.may(may.SSO_WRITE):
        raise FlowLost
    try:
        return _trial(outcome=landing.tried(begun, said, terms()))
    except Problem as refusal:
        return _trial(refusal=refusal)


def _trial(**found: object) -> Response:
    return make_response(render_template("sso/tried.html", **found))


def _refused(refusal: Problem) -> Response:
    """Says what happened, and offers the other way in."""
    return make_response(render_template("sso/refused.html", refusal=refusal), refusal.status)


def _sent_out(begun: Begun) -> Response:
    answer = redirect(begun.address, 303)
    answer.set_cookie(
        _cookie(), begun.cookie, max_age=flow.LASTS, secure=_https(), httponly=True, samesite="Lax"
    )
    return answer


def _cookie() -> str:
    return cookie_name("stackroom_sso", https=_https())


def _https() -> bool:
    return app().settings.scheme == "https"
