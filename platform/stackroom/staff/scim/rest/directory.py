"""SCIM 2.0 (RFC 7644): what the organisation's directory calls, by an API key."""

from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import ValidationError
from scim2_models import BaseModel as Scim
from scim2_models import (
    Context,
    Error,
    ListResponse,
    Meta,
    PatchOp,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    SearchRequest,
)
from scim2_models import Resource as AnyResource

from stackroom.core.errors import NotFound
from stackroom.core.permissions import requires
from stackroom.staff.scim import filters, groups, people
from stackroom.staff.scim.address import PREFIX, base
from stackroom.staff.scim.errors import VersionChanged
from stackroom.staff.scim.models import DirectoryGroup, DirectoryUser
from stackroom.staff.scim.permissions import DIRECTORY_WRITE
from stackroom.staff.scim.resources import CONFIG, MOST_RESULTS, POLICY, PROVIDER, Group, User
from stackroom.staff.scim.rest import answers
from stackroom.staff.scim.rest.answers import written

M = TypeVar("M", bound=Scim)
CREATED = Context.RESOURCE_CREATION_RESPONSE
api = Blueprint("scim", __name__, url_prefix=PREFIX)
api.record_once(lambda state: state.app.error_shapes.update({PREFIX: answers.problem}))


@api.errorhandler(SCIMException)
def refuse(error: SCIMException) -> Response:
    return answers.error(error.to_error())


@api.errorhandler(ValidationError)
def refuse_invalid(error: ValidationError) -> Response:
    return answers.error(Error.from_validation_errors(error)[0])


@api.get("/Users")
@requires(DIRECTORY_WRITE)
def list_users() -> Response:
    return _users(_query(User))


@api.post("/Users/.search")
@requires(DIRECTORY_WRITE)
def search_users() -> Response:
    return _users(_body(SearchRequest[User], Context.SEARCH_REQUEST))


def _users(asked: SearchRequest[User]) -> Response:
    where = filters.condition(asked.filter, filters.USERS)
    found, total = people.users(where, *_page(asked))
    return _listed(ListResponse[User], answers.users(found), total, asked)


@api.post("/Users")
@requires(DIRECTORY_WRITE)
def create_user() -> Response:
    added = people.add(_body(User, Context.RESOURCE_CREATION_REQUEST))
    return _user(added, 201, CREATED)


@api.get("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def get_user(user_id: UUID) -> Response:
    return _user(people.user(user_id))


@api.put("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def replace_user(user_id: UUID) -> Response:
    found = _held(people.user(user_id, lock=True))
    people.write(found, _body(User, Context.RESOURCE_REPLACEMENT_REQUEST))
    return _user(found)


@api.patch("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def change_user(user_id: UUID) -> Response:
    found = _held(people.user(user_id, lock=True))
    wanted = answers.users([found])[0]
    _body(PatchOp[User], Context.RESOURCE_PATCH_REQUEST).patch(wanted, scim_policy=POLICY)
    people.write(found, wanted)
    return _user(found)


@api.delete("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def delete_user(user_id: UUID) -> tuple[str, int]:
    people.remove(_held(people.user(user_id, lock=True)))
    return "", 204


@api.get("/Groups")
@requires(DIRECTORY_WRITE)
def list_groups() -> Response:
    return _groups(_query(Group))


@api.post("/Groups/.search")
@requires(DIRECTORY_WRITE)
def search_groups() -> Response:
    return _groups(_body(SearchRequest[Group], Context.SEARCH_REQUEST))


def _groups(asked: SearchRequest[Group]) -> Response:
    where = filters.condition(asked.filter, filters.GROUPS)
    found, total = groups.groups(where, *_page(asked))
    shown = answers.groups(found, members=_wants_members(asked))
    return _listed(ListResponse[Group], shown, total, asked)


@api.post("/Groups")
@requires(DIRECTORY_WRITE)
def create_group() -> Response:
    added = groups.add(_body(Group, Context.RESOURCE_CREATION_REQUEST))
    return _group(added, 201, CREATED)


@api.get("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def get_group(group_id: UUID) -> Response:
    return _group(groups.group(group_id))


@api.put("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def replace_group(group_id: UUID) -> Response:
    found = _held(groups.group(group_id, lock=True))
    groups.write(found, _body(Group, Context.RESOURCE_REPLACEMENT_REQUEST))
    return _group(found)


@api.patch("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def change_group(group_id: UUID) -> Response:
    found = _held(groups.group(group_id, lock=True))
    wanted = answers.groups([found])[0]
    _body(PatchOp[Group], Context.RESOURCE_PATCH_REQUEST).patch(wanted, scim_policy=POLICY)
    groups.write(found, wanted)
    return _group(found)


@api.delete("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def delete_group(group_id: UUID) -> tuple[str, int]:
    groups.remove(_held(groups.group(group_id, lock=True)))
    return "", 204


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


def _listed(kind: Any, shown: list[Any], total: int, asked: SearchRequest[Any]) -> Response:
    listed = kind(
        total_results=total,
        start_index=asked.start_index or 1,
        items_per_page=len(shown),
        resources=shown,
    )
    return written(listed, parameters=asked)


def _page(asked: SearchRequest[Any]) -> tuple[int, int]:
    count = MOST_RESULTS if asked.count is None else min(asked.count, MOST_RESULTS)
    return asked.start_index_0 or 0, count


def _user(
    found: DirectoryUser, status: int = 200, ctx: Context = Context.RESOURCE_QUERY_RESPONSE
) -> Response:
    return written(answers.users([found])[0], status, _parameters(User), ctx)


def _group(
    found: DirectoryGroup, status: int = 200, ctx: Context = Context.RESOURCE_QUERY_RESPONSE
) -> Response:
    asked = _parameters(Group)
    shown = answers.groups([found], members=_wants_members(asked))
    return written(shown[0], status, asked, ctx)


def _wants_members(asked: ResponseParameters[Any]) -> bool:
    return "members" not in {str(path).lower() for path in asked.excluded_attributes or ()}


R = TypeVar("R", bound=AnyResource[Any])


def _query(kind: type[R]) -> SearchRequest[R]:
    asked: SearchRequest[R] = SearchRequest.__class_getitem__(kind).model_validate(
        request.args.to_dict(), scim_policy=POLICY
    )
    return asked


def _parameters(kind: type[R]) -> ResponseParameters[R]:
    asked: ResponseParameters[R] = ResponseParameters.__class_getitem__(kind).model_validate(
        request.args.to_dict(), scim_policy=POLICY
    )
    return asked


def _body(kind: type[M], ctx: Context) -> M:
    return kind.model_validate_json(request.get_data() or b"{}", scim_ctx=ctx, scim_policy=POLICY)


H = TypeVar("H", DirectoryUser, DirectoryGroup)


def _held(found: H) -> H:
    """To the version that the directory has seen, where it says which. Raises VersionChanged."""
    if "If-Match" in request.headers and not request.if_match.contains_weak(found.version):
        raise VersionChanged
    return found
