"""What a directory learns of us before it begins (RFC 7644 §4)."""

from typing import Any

from flask import Response
from scim2_models import ListResponse, Meta, ResourceType, Schema

from stackroom.core.errors import NotFound
from stackroom.core.permissions import requires
from stackroom.staff.scim.address import base
from stackroom.staff.scim.permissions import DIRECTORY_WRITE
from stackroom.staff.scim.resources import CONFIG, PROVIDER
from stackroom.staff.scim.rest.answers import written
from stackroom.staff.scim.rest.blueprint import api


@api.get("/ServiceProviderConfig")
@requires(DIRECTORY_WRITE)
def service_provider_config() -> Response:
    return written(_described(CONFIG, "ServiceProviderConfig", ""))


@api.get("/ResourceTypes")
@requires(DIRECTORY_WRITE)
def resource_types() -> Response:
    return _all(ListResponse[ResourceType], _types())


@api.get("/ResourceTypes/<type_name>")
@requires(DIRECTORY_WRITE)
def resource_type(type_name: str) -> Response:
    return written(_named(_types(), type_name))


@api.get("/Schemas")
@requires(DIRECTORY_WRITE)
def schemas() -> Response:
    return _all(ListResponse[Schema], _schemas())


@api.get("/Schemas/<schema_name>")
@requires(DIRECTORY_WRITE)
def schema(schema_name: str) -> Response:
    return written(_named(_schemas(), schema_name))


def _types() -> list[Any]:
    return [_described(each, "ResourceType", f"/{each.id}") for each in PROVIDER.resource_types]


def _schemas() -> list[Any]:
    return [_described(each, "Schema", f"/{each.id}") for each in PROVIDER.schemas]


def _described(found: Any, kind: str, below: str) -> Any:
    """With its address, which is the organisation's own."""
    plural = kind if kind == "ServiceProviderConfig" else f"{kind}s"
    meta = {"resourceType": kind, "location": f"{base()}/{plural}{below}"}
    return found.model_copy(update={"meta": Meta.model_validate(meta)})


def _named(known: list[Any], name: str) -> Any:
    for each in known:
        if each.id == name:
            return each
    raise NotFound


def _all(kind: Any, found: list[Any]) -> Response:
    return written(
        kind(total_results=len(found), start_index=1, items_per_page=len(found), resources=found)
    )
