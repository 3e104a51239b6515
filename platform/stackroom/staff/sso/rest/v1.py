"""v1 of single sign-on: the providers that an organisation trusts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g, url_for

from stackroom.core import etags
from stackroom.core.limits import attempts
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff.sso import connection, linking, service
from stackroom.staff.sso import permissions as may
from stackroom.staff.sso.schemas import (
    ConnectionOut,
    IdentitiesPage,
    IdentityOut,
    ProviderIn,
    ProviderOut,
    ProvidersPage,
    StepOut,
)
from stackroom.staff.sso.terms import shown, terms

api = APIBlueprint("sso_v1", __name__, url_prefix="/api/v1", tag="Single sign-on")


@api.get("/sso/providers")
@requires(may.SSO_READ)
@api.input(PageQuery, location="query")
@api.output(ProvidersPage)
def list_providers(query_data: PageQuery) -> ProvidersPage:
    page = service.providers(query_data).map(shown)
    g.links = page.links()
    return ProvidersPage.model_validate(page)


@api.post("/sso/providers")
@requires(may.SSO_WRITE, step_up=True)
@api.input(ProviderIn)
@api.output(ProviderOut, 201)
@api.doc(summary="Add a provider")
def create_provider(json_data: ProviderIn) -> Any:
    """An OpenID Connect provider. Register `redirect_uri` there; then test it, and switch it on."""
    made = service.add(json_data, terms())
    location = url_for(".get_provider", sso_provider_id=made.id)
    return shown(made), 201, {"ETag": etags.of(made), "Location": location}


@api.get("/sso/providers/<uuid:sso_provider_id>")
@requires(may.SSO_READ)
@api.output(ProviderOut)
def get_provider(sso_provider_id: UUID) -> Any:
    found = service.provider(sso_provider_id)
    return shown(found), 200, {"ETag": etags.of(found)}


@api.put("/sso/providers/<uuid:sso_provider_id>")
@requires(may.SSO_WRITE, step_up=True)
@api.input(ProviderIn)
@api.output(ProviderOut)
@api.doc(summary="Change a provider")
def change_provider(sso_provider_id: UUID, json_data: ProviderIn) -> Any:
    """All of it anew; but the client secret, left out, stays as it is."""
    found = service.provider(sso_provider_id)
    etags.check(found)
    service.change(found, json_data, terms())
    return shown(found), 200, {"ETag": etags.of(found)}


@api.delete("/sso/providers/<uuid:sso_provider_id>")
@requires(may.SSO_WRITE, step_up=True)
@api.output({}, 204)
def delete_provider(sso_provider_id: UUID) -> Any:
    """Its button vanishes. Who came by it keeps account and roles, and needs another way in."""
    found = service.provider(sso_provider_id)
    etags.check(found)
    service.remove(found)
    return ""


@api.post("/sso/providers/<uuid:sso_provider_id>/tests")
@requires(may.SSO_WRITE, writes=False)
@attempts(30, timedelta(minutes=1))
@api.output(ConnectionOut)
@api.doc(summary="Test the connection")
def check_provider(sso_provider_id: UUID) -> ConnectionOut:
    """Ask the provider for its discovery document and keys, now."""
    steps = [StepOut.model_validate(step) for step in connection.check(sso_provider_id, terms())]
    return ConnectionOut(passed=steps[-1].passed, steps=steps)


@api.get("/sso/identities")
@requires(may.SSO_READ)
@api.input(PageQuery, location="query")
@api.output(IdentitiesPage)
@api.doc(summary="Who is linked")
def list_identities(query_data: PageQuery) -> IdentitiesPage:
    page = linking.identities(query_data).map(IdentityOut.model_validate)
    g.links = page.links()
    return IdentitiesPage.model_validate(page)


@api.delete("/sso/identities/<uuid:sso_identity_id>")
@requires(may.SSO_WRITE)
@api.output({}, 204)
@api.doc(summary="Unlink somebody")
def delete_identity(sso_identity_id: UUID) -> Any:
    """Roles that came of their groups go with it, and every device is signed out."""
    linking.unlink(sso_identity_id)
    return ""
