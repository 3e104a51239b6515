"""Groups, by SCIM."""

from typing import Any
from uuid import UUID

from flask import Response
from scim2_models import Context, ListResponse, PatchOp, ResponseParameters, SearchRequest

from stackroom.core.permissions import requires
from stackroom.staff.scim import filters, groups
from stackroom.staff.scim.models import DirectoryGroup
from stackroom.staff.scim.permissions import DIRECTORY_WRITE
from stackroom.staff.scim.resources import POLICY, Group
from stackroom.staff.scim.rest import answers
from stackroom.staff.scim.rest.answers import CREATED, READ, written
from stackroom.staff.scim.rest.asking import body, held, listed, page, query
from stackroom.staff.scim.rest.blueprint import api


@api.get("/Groups")
@requires(DIRECTORY_WRITE)
def list_groups() -> Response:
    return _groups(query(SearchRequest[Group]))


@api.post("/Groups/.search")
@requires(DIRECTORY_WRITE)
def search_groups() -> Response:
    return _groups(body(SearchRequest[Group], Context.SEARCH_REQUEST))


def _groups(asked: SearchRequest[Group]) -> Response:
    where = filters.condition(asked.filter, filters.GROUPS)
    found, total = groups.groups(where, *page(asked))
    shown = answers.groups(found, members=_wants_members(asked))
    return listed(ListResponse[Group], shown, total, asked)


@api.post("/Groups")
@requires(DIRECTORY_WRITE)
def create_group() -> Response:
    added = groups.add(body(Group, Context.RESOURCE_CREATION_REQUEST))
    return _group(added, 201, CREATED)


@api.get("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def get_group(group_id: UUID) -> Response:
    return _group(groups.group(group_id))


@api.put("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def replace_group(group_id: UUID) -> Response:
    found = held(groups.group(group_id, lock=True))
    groups.write(found, body(Group, Context.RESOURCE_REPLACEMENT_REQUEST))
    return _group(found)


@api.patch("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def change_group(group_id: UUID) -> Response:
    found = held(groups.group(group_id, lock=True))
    wanted = answers.groups([found])[0]
    body(PatchOp[Group], Context.RESOURCE_PATCH_REQUEST).patch(wanted, scim_policy=POLICY)
    groups.write(found, wanted)
    return _group(found)


@api.delete("/Groups/<uuid:group_id>")
@requires(DIRECTORY_WRITE)
def delete_group(group_id: UUID) -> tuple[str, int]:
    groups.remove(held(groups.group(group_id, lock=True)))
    return "", 204


def _group(found: DirectoryGroup, status: int = 200, ctx: Context = READ) -> Response:
    asked = query(ResponseParameters[Group])
    shown = answers.groups([found], members=_wants_members(asked))
    return written(shown[0], status, asked, ctx)


def _wants_members(asked: ResponseParameters[Any]) -> bool:
    return "members" not in {str(path).lower() for path in asked.excluded_attributes or ()}
