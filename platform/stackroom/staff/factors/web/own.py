"""My second factors: the app, its recovery codes, my passkeys."""

from datetime import timedelta
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from stackroom.core.http import principal
from stackroom.core.limits import attempts
from stackroom.core.permissions import requires
from stackroom.staff.factors import queries
from stackroom.staff.factors.codes import picture, provisioning
from stackroom.staff.factors.here import seal, site
from stackroom.staff.factors.schemas import AppCode, PasskeyChange, PasskeyIn, PasskeyOut
from stackroom.staff.factors.service import apps, passkeys, recovery
from stackroom.staff.factors.web import cookies
from stackroom.staff.factors.web.blueprint import web
from stackroom.staff.permissions import ME_READ
from stackroom.web.forms import Form, submitted
from tenants import context

MAKE = "make"


@web.get("/account/security")
@requires(ME_READ)
def own() -> str:
    return render_template("factors/own.html", form=Form(PasskeyIn), **_page())


@web.post("/account/security/app")
@requires(ME_READ, open_when_suspended=True, step_up=True)
def begin_app() -> AnyResponse:
    apps.begin(principal().id, seal())
    return redirect(url_for(".app_form"), 303)


@web.get("/account/security/app")
@requires(ME_READ, step_up=True)
def app_form() -> str | AnyResponse:
    if not (shown := _secret()):
        return redirect(url_for(".own"))
    return render_template("factors/app.html", form=Form(AppCode), **shown)


@web.post("/account/security/app/code")
@requires(ME_READ, open_when_suspended=True, step_up=True)
@attempts(30, timedelta(minutes=1))
def enrol_app() -> str:
    form = submitted(AppCode)
    with form.or_again("factors/app.html", **_secret()) as given:
        codes = apps.enrol(principal().id, given.code, seal())
    return render_template("factors/codes.html", codes=codes)


@web.post("/account/security/app/remove")
@requires(ME_READ, open_when_suspended=True, step_up=True)
def remove_app() -> AnyResponse:
    apps.remove(principal().id)
    flash("The authenticator app is removed.", "success")
    return redirect(url_for(".own"), 303)


@web.post("/account/security/recovery-codes")
@requires(ME_READ, open_when_suspended=True, step_up=True)
def make_codes() -> str:
    return render_template("factors/codes.html", codes=recovery.make(principal().id, seal()))


@web.post("/account/security/passkeys/challenge")
@requires(ME_READ, open_when_suspended=True, step_up=True)
def offer_passkey() -> Response:
    offered = passkeys.offer(queries.account(principal().id), site())
    return cookies.ask(offered, purpose=MAKE, of=principal().session_id)


@web.post("/account/security/passkeys")
@requires(ME_READ, open_when_suspended=True, step_up=True)
def add_passkey() -> AnyResponse:
    form, me = submitted(PasskeyIn), principal()
    with form.or_again("factors/own.html", **_page()) as given:
        asked = cookies.challenge(purpose=MAKE, of=me.session_id)
        passkeys.add(queries.account(me.id), given.name, given.credential, asked, site())
    flash(f"The passkey “{given.name}” is set up.", "success")
    return cookies.drop(redirect(url_for(".own"), 303), cookies.CHALLENGE)


@web.post("/account/security/passkeys/<uuid:passkey_id>")
@requires(ME_READ, open_when_suspended=True)
def rename_passkey(passkey_id: UUID) -> AnyResponse:
    passkey, form = passkeys.own(principal().id, passkey_id), submitted(PasskeyChange)
    with form.or_again("factors/own.html", **_page()) as given:
        passkeys.rename(passkey, given.name)
    flash("The passkey is renamed.", "success")
    return redirect(url_for(".own"), 303)


@web.post("/account/security/passkeys/<uuid:passkey_id>/remove")
@requires(ME_READ, open_when_suspended=True, step_up=True)
def remove_passkey(passkey_id: UUID) -> AnyResponse:
    passkeys.remove(passkeys.own(principal().id, passkey_id))
    flash("The passkey is removed.", "success")
    return redirect(url_for(".own"), 303)


def _page() -> dict[str, object]:
    held = queries.held(principal().id)
    return {
        "app": held.app,
        "passkeys": [PasskeyOut.model_validate(one) for one in held.passkeys],
        "codes_left": held.codes,
        "any_factor": held.any,
        "host": site().host,
        "lacks_factor": principal().lacks_factor,
    }


def _secret() -> dict[str, str]:
    """What the authenticator app is to be told; only before it is set up."""
    if not (secret := apps.begun(principal().id, seal())):
        return {}
    address = provisioning(secret, name=principal().email, issuer=context.current().name)
    return {"secret": secret, "picture": picture(address)}
