"""v1 of service accounts and API keys."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core.http import principal
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff.keys import accounts, service
from stackroom.staff.keys import permissions as may
from stackroom.staff.keys.models import ServiceAccount
from stackroom.staff.keys.schemas import (
    KeyIn,
    KeyOut,
    KeyQuery,
    KeysPage,
    MadeKeyOut,
    RotationIn,
    ServiceAccountChange,
    ServiceAccountIn,
    ServiceAccountOut,
    ServiceAccountsPage,
)

api = APIBlueprint("keys_v1", __name__, url_prefix="/api/v1", tag="API keys")


@api.get("/service-accounts")
@requires(may.KEYS_READ)
@api.input(PageQuery, location="query")
@api.output(ServiceAccountsPage)
def list_service_accounts(query_data: PageQuery) -> ServiceAccountsPage:
    page = accounts.accounts(query_data).map(_account)
    g.links = page.links()
    return ServiceAccountsPage.model_validate(page)


@api.post("/service-accounts")
@requires(may.KEYS_WRITE)
@api.input(ServiceAccountIn)
@api.output(ServiceAccountOut, 201)
def create_service_account(json_data: ServiceAccountIn) -> ServiceAccountOut:
    """Add a program that works for the organisation. It comes in by API keys alone."""
    return _account(accounts.add(**json_data.model_dump()))


@api.patch("/service-accounts/<uuid:service_account_id>")
@requires(may.KEYS_WRITE)
@api.input(ServiceAccountChange)
@api.output(ServiceAccountOut)
def change_service_account(
    service_account_id: UUID, json_data: ServiceAccountChange
) -> ServiceAccountOut:
    found = accounts.account(service_account_id)
    return _account(accounts.change(found, **json_data.model_dump(exclude_unset=True)))


@api.delete("/service-accounts/<uuid:service_account_id>")
@requires(may.KEYS_WRITE)
@api.output({}, 204)
@api.doc(summary="Close service account")
def delete_service_account(service_account_id: UUID) -> Any:
    """Close it: all of its keys end at once."""
    accounts.close(accounts.account(service_account_id))
    return ""


def _account(found: ServiceAccount) -> ServiceAccountOut:
    return ServiceAccountOut.model_validate(found)


@api.get("/api-keys")
@requires(may.KEYS_READ)
@api.input(KeyQuery, location="query")
@api.output(KeysPage)
def list_api_keys(query_data: KeyQuery) -> KeysPage:
    page = service.keys(query_data).map(KeyOut.model_validate)
    g.links = page.links()
    return KeysPage.model_validate(page)


@api.post("/api-keys")
@requires(may.KEYS_WRITE, shows_secret=True, step_up=True)
@api.input(KeyIn)
@api.output(MadeKeyOut, 201)
def create_api_key(json_data: KeyIn) -> MadeKeyOut:
    """Make a key. You can give it only what you hold yourself, and nothing that gives rights to
    others. `token` is shown this once, so the answer is not kept for an Idempotency-Key."""
    return _made(service.make(**json_data.model_dump(), by=principal()))


@api.delete("/api-keys/<uuid:key_id>")
@requires(may.KEYS_WRITE)
@api.output({}, 204)
@api.doc(summary="Revoke API key")
def delete_api_key(key_id: UUID) -> Any:
    """Revoke it: it is refused from the next request on."""
    service.revoke(key_id)
    return ""


@api.post("/api-keys/<uuid:key_id>/rotations")
@requires(may.KEYS_WRITE, shows_secret=True, step_up=True)
@api.input(RotationIn)
@api.output(MadeKeyOut, 201)
@api.doc(summary="Replace API key")
def rotate_api_key(key_id: UUID, json_data: RotationIn) -> MadeKeyOut:
    """Make a key that may do the same; the old one serves for `overlap_hours` longer."""
    overlap = timedelta(hours=json_data.overlap_hours)
    return _made(service.rotate(key_id, overlap=overlap, by=principal()))


def _made(made: service.Made) -> MadeKeyOut:
    shown = KeyOut.model_validate(made.key)
    return MadeKeyOut(**shown.model_dump(), token=made.token)
