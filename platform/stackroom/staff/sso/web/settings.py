"""The settings page of single sign-on."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.limits import attempts
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.sso import connection, linking, service
from stackroom.staff.sso import permissions as may
from stackroom.staff.sso.schemas import ProviderForm, ProviderOut
from stackroom.staff.sso.terms import redirect_uri, shown, terms
from stackroom.staff.sso.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/organisation/sign-in")
@requires(may.SSO_READ)
def providers() -> str:
    page = service.providers(PageQuery(per_page=service.AT_MOST)).map(shown)
    return render_template("sso/providers.html", providers=page.items, at_most=service.AT_MOST)


@web.get("/organisation/sign-in/new")
@requires(may.SSO_WRITE, step_up=True)
def new_provider() -> str:
    proposed = {"scopes": "openid email profile", "groups_claim": "groups"}
    return render_template("sso/new.html", form=Form(ProviderForm, proposed), **_page())


@web.post("/organisation/sign-in/new")
@requires(may.SSO_WRITE, step_up=True)
def add_provider() -> Response:
    form = submitted(ProviderForm)
    with form.or_again("sso/new.html", **_page()) as given:
        made = service.add(given.read(), terms())
    flash(f"{made.name} is kept. Test the connection, then try signing in.", "success")
    return redirect(url_for(".edit_provider", sso_provider_id=made.id), 303)


@web.get("/organisation/sign-in/<uuid:sso_provider_id>")
@requires(may.SSO_WRITE, step_up=True)
def edit_provider(sso_provider_id: UUID) -> str:
    return _edit_page(shown(service.provider(sso_provider_id)))


@web.post("/organisation/sign-in/<uuid:sso_provider_id>")
@requires(may.SSO_WRITE, step_up=True)
def change_provider(sso_provider_id: UUID) -> Response:
    found = service.provider(sso_provider_id)
    form, page = submitted(ProviderForm), _page(shown(found))
    with form.or_again("sso/edit.html", **page) as given:
        service.change(found, given.read(), terms())
    flash(f"The settings of {found.name} are saved.", "success")
    return redirect(url_for(".edit_provider", sso_provider_id=found.id), 303)


@web.post("/organisation/sign-in/<uuid:sso_provider_id>/test")
@requires(may.SSO_WRITE, writes=False)
@attempts(30, timedelta(minutes=1))
def check_provider(sso_provider_id: UUID) -> str:
    steps = connection.check(sso_provider_id, terms())
    return _edit_page(shown(service.provider(sso_provider_id)), steps=steps)


@web.post("/organisation/sign-in/<uuid:sso_provider_id>/remove")
@requires(may.SSO_WRITE, step_up=True)
def remove_provider(sso_provider_id: UUID) -> Response:
    service.remove(service.provider(sso_provider_id))
    flash("The provider is removed; its button is gone.", "success")
    return redirect(url_for(".providers"), 303)


@web.get("/organisation/sign-in/people")
@requires(may.SSO_READ)
def people() -> str:
    query = PageQuery.model_validate(request.args.to_dict())
    return render_template("sso/people.html", page=linking.identities(query))


@web.post("/organisation/sign-in/people/<uuid:sso_identity_id>/unlink")
@requires(may.SSO_WRITE)
def unlink(sso_identity_id: UUID) -> Response:
    linking.unlink(sso_identity_id)
    flash("They are unlinked, and signed out everywhere.", "success")
    return redirect(url_for(".people"), 303)


def _edit_page(found: ProviderOut, **more: Any) -> str:
    values = found.model_dump()
    values["group_roles"] = "\n".join(f"{each.group} = {each.role}" for each in found.group_roles)
    return render_template("sso/edit.html", form=Form(ProviderForm, values), **_page(found), **more)


def _page(found: ProviderOut | None = None) -> dict[str, Any]:
    return {"shown": found, "roles": _roles(), "redirect_uri": redirect_uri()}


def _roles() -> list[tuple[str, str]]:
    return [(role.key, f"{role.title}: {role.sentence}") for role in staff_roles()]
