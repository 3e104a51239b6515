"""v1 of forgotten passwords, and of where people are signed in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core.http import principal
from stackroom.core.limits import attempts
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import public, requires
from stackroom.staff import own_account
from stackroom.staff import permissions as may
from stackroom.staff.authentication import hasher
from stackroom.staff.security import service, sessions
from stackroom.staff.security.schemas import (
    ResetAskedOut,
    ResetConfirmation,
    ResetRequest,
    SessionsPage,
)
from stackroom.staff.service import person

api = APIBlueprint("security_v1", __name__, url_prefix="/api/v1", tag="Account security")


@api.post("/auth/password-resets")
@public("who has forgotten the password cannot sign in", open_when_suspended=True)
@attempts(10, timedelta(hours=1))
@api.input(ResetRequest)
@api.output(ResetAskedOut, 202)
@api.doc(summary="Forgotten password")
def create_password_reset(json_data: ResetRequest) -> ResetAskedOut:
    """Mail a link to whoever signs in with the address. The answer does not tell whether anybody
    does."""
    service.ask(json_data.email)
    return ResetAskedOut()


@api.post("/auth/password-resets/confirmations")
@public("the token in the mail is the proof", open_when_suspended=True)
@attempts(30, timedelta(hours=1))
@api.input(ResetConfirmation)
@api.output({}, 204)
@api.doc(summary="Choose a new password")
def confirm_password_reset(json_data: ResetConfirmation) -> Any:
    """Every session is closed; sign in with the new password."""
    service.choose(json_data.token, json_data.new_password, hasher=hasher())
    return ""


@api.get("/me/sessions")
@requires(may.ME_READ)
@api.input(PageQuery, location="query")
@api.output(SessionsPage)
@api.doc(summary="Where I am signed in")
def list_own_sessions(query_data: PageQuery) -> SessionsPage:
    me = principal()
    page = own_account.sessions(me.id, query_data)
    g.links = page.links()
    return SessionsPage.model_validate(page.map(lambda one: sessions.describe(one, me.session_id)))


@api.delete("/me/sessions")
@requires(may.ME_READ, open_when_suspended=True)
@api.output({}, 204)
@api.doc(summary="Sign out every other device")
def close_other_sessions() -> Any:
    own_account.close_other_sessions(principal().id, principal().session_id)
    return ""


@api.delete("/me/sessions/<uuid:session_id>")
@requires(may.ME_READ, open_when_suspended=True)
@api.output({}, 204)
@api.doc(summary="Sign out one device")
def close_own_session(session_id: UUID) -> Any:
    own_account.close_session(principal().id, session_id)
    return ""


@api.delete("/staff/<uuid:account_id>/sessions")
@requires(may.STAFF_WRITE, open_when_suspended=True, step_up=True)
@api.output({}, 204)
@api.doc(summary="Sign a colleague out everywhere")
def close_sessions(account_id: UUID) -> Any:
    """Access and refresh tokens stop serving at once."""
    service.sign_out(person(account_id))
    return ""


@api.post("/staff/<uuid:account_id>/password-resets")
@requires(may.STAFF_WRITE, open_when_suspended=True, step_up=True)
@api.output({}, 202)
@api.doc(summary="Send a colleague a link for a new password")
def order_password_reset(account_id: UUID) -> Any:
    service.order(person(account_id))
    return {}
