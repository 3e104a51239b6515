"""My account: what I may, where I am signed in, my password."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.core.features import registry
from stackroom.core.http import principal
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff import own_account
from stackroom.staff import permissions as may
from stackroom.staff.authentication import hasher
from stackroom.staff.models import SignInSession
from stackroom.staff.roles.service import roles
from stackroom.staff.schemas import PasswordChange
from stackroom.staff.security.sessions import describe
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/account")
@requires(may.ME_READ)
def account() -> str:
    return render_template("staff/account.html", form=Form(PasswordChange), **_page())


@web.post("/account/password")
@requires(may.ME_READ, open_when_suspended=True)
def change_password() -> Response:
    me, form = principal(), submitted(PasswordChange)
    with form.or_again("staff/account.html", **_page()) as given:
        own_account.change_password(
            me.id, me.session_id, old=given.old_password, new=given.new_password, hasher=hasher()
        )
    flash("The password is changed; every other device is signed out.", "success")
    return redirect(url_for(".account"), 303)


@web.post("/account/sessions/<uuid:session_id>/close")
@requires(may.ME_READ, open_when_suspended=True)
def close_session(session_id: UUID) -> Response:
    own_account.close_session(principal().id, session_id)
    flash("That device is signed out.", "success")
    return redirect(url_for(".account"), 303)


@web.post("/account/sessions/close-others")
@requires(may.ME_READ, open_when_suspended=True)
def close_other_sessions() -> Response:
    own_account.close_other_sessions(principal().id, principal().session_id)
    flash("Every other device is signed out.", "success")
    return redirect(url_for(".account"), 303)


def _latest_sessions(account_id: UUID) -> Sequence[SignInSession]:
    return own_account.sessions(account_id, PageQuery(per_page=100)).items


def _page() -> dict[str, object]:
    me = principal()
    return {
        "roles": [(role.title, role.sentence) for role in roles() if role.key in me.roles],
        "sentences": [known.sentence for known in registry.permissions if me.may(known)],
        "sessions": [describe(one, me.session_id) for one in _latest_sessions(me.id)],
    }
