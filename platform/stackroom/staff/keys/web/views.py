"""API keys and the service accounts that own them."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.features import registry
from stackroom.core.http import principal
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff.keys import accounts, schemas, service
from stackroom.staff.keys import permissions as may
from stackroom.staff.keys.schemas import KeyForm, KeyQuery, RotationIn, ServiceAccountIn
from stackroom.web.forms import Form, submitted

web = Blueprint("keys", __name__, template_folder="templates")
PROPOSED = {
    "expires_in_days": schemas.DEFAULT_DAYS,
    "calls_per_minute": schemas.DEFAULT_CALLS,
}


@web.get("/organisation/api-keys")
@requires(may.KEYS_READ)
def index() -> str:
    query = KeyQuery.model_validate(request.args.to_dict())
    page = service.keys(query)
    lost = service.lost_by_makers(page.items)
    return render_template("keys/index.html", page=page, lost=lost, chosen=query.service_account_id)


@web.get("/organisation/api-keys/new")
@requires(may.KEYS_WRITE, step_up=True)
def new() -> str:
    chosen = {"service_account_id": request.args.get("service_account_id", "")}
    return render_template("keys/new.html", form=Form(KeyForm, PROPOSED | chosen), **_offered())


@web.post("/organisation/api-keys/new")
@requires(may.KEYS_WRITE, shows_secret=True, step_up=True)
def make() -> tuple[str, int]:
    """Answers with the key itself and no redirect: it is kept nowhere to be shown later."""
    form = submitted(KeyForm)
    with form.or_again("keys/new.html", **_offered()) as given:
        wanted = given.model_dump() | {"addresses": given.addresses.split()}
        made = service.make(**wanted, by=principal())
    return render_template("keys/made.html", made=made, replaces=False), 201


@web.get("/organisation/api-keys/<uuid:key_id>")
@requires(may.KEYS_READ)
def show(key_id: UUID) -> str:
    return render_template(
        "keys/show.html",
        form=Form(RotationIn, {"overlap_hours": schemas.DEFAULT_OVERLAP}),
        **_shown(key_id),
    )


@web.post("/organisation/api-keys/<uuid:key_id>/rotations")
@requires(may.KEYS_WRITE, shows_secret=True, step_up=True)
def rotate(key_id: UUID) -> tuple[str, int]:
    form = submitted(RotationIn)
    with form.or_again("keys/show.html", **_shown(key_id)) as given:
        overlap = timedelta(hours=given.overlap_hours)
        made = service.rotate(key_id, overlap=overlap, by=principal())
    return render_template("keys/made.html", made=made, replaces=True), 201


@web.post("/organisation/api-keys/<uuid:key_id>/revoke")
@requires(may.KEYS_WRITE)
def revoke(key_id: UUID) -> Response:
    service.revoke(key_id)
    flash("The key is revoked; whoever sends it is refused from now on.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/organisation/service-accounts")
@requires(may.KEYS_READ)
def service_accounts() -> str:
    page = accounts.accounts(PageQuery.model_validate(request.args.to_dict()))
    return render_template("keys/accounts.html", page=page)


@web.get("/organisation/service-accounts/new")
@requires(may.KEYS_WRITE)
def new_account() -> str:
    return render_template("keys/new_account.html", form=Form(ServiceAccountIn))


@web.post("/organisation/service-accounts/new")
@requires(may.KEYS_WRITE)
def add_account() -> Response:
    form = submitted(ServiceAccountIn)
    with form.or_again("keys/new_account.html") as given:
        added = accounts.add(**given.model_dump())
    flash(f"{added.name} is added. Now make its first key.", "success")
    return redirect(url_for(".new", service_account_id=added.id), 303)


@web.get("/organisation/service-accounts/<uuid:service_account_id>")
@requires(may.KEYS_READ)
def account(service_account_id: UUID) -> str:
    shown = _account(service_account_id)
    return render_template("keys/account.html", form=Form(ServiceAccountIn, shown), shown=shown)


@web.post("/organisation/service-accounts/<uuid:service_account_id>")
@requires(may.KEYS_WRITE)
def change_account(service_account_id: UUID) -> Response:
    found, shown = accounts.account(service_account_id), _account(service_account_id)
    form = submitted(ServiceAccountIn)
    with form.or_again("keys/account.html", shown=shown) as given:
        accounts.change(found, **given.model_dump())
    flash(f"{found.name} is saved.", "success")
    return redirect(url_for(".service_accounts"), 303)


@web.post("/organisation/service-accounts/<uuid:service_account_id>/close")
@requires(may.KEYS_WRITE)
def close_account(service_account_id: UUID) -> Response:
    found = accounts.account(service_account_id)
    accounts.close(found)
    flash(f"{found.name} is closed, and all of its keys have ended.", "success")
    return redirect(url_for(".service_accounts"), 303)


def _offered() -> dict[str, object]:
    """Plain values: a refused form is drawn when the transaction has ended."""
    return {
        "owners": [(str(each.id), each.name) for each in accounts.open_accounts()],
        "permissions": [
            (known.key, f"{known.sentence[0].upper()}{known.sentence[1:]} ({known.key})")
            for known in service.choices(principal())
        ],
    }


def _shown(key_id: UUID) -> dict[str, object]:
    found = service.key(key_id)
    sentences = {known.key: known.sentence for known in registry.permissions}
    return {
        "key": schemas.KeyOut.model_validate(found),
        "owner": found.service_account.name,
        "maker": service.maker(found).name,
        "lost": service.lost_by_makers([found])[key_id],
        "sentences": [(each, sentences.get(each)) for each in found.permissions],
    }


def _account(service_account_id: UUID) -> dict[str, object]:
    found = accounts.account(service_account_id)
    return schemas.ServiceAccountOut.model_validate(found).model_dump()
