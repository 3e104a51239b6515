"""People, by SCIM."""

from uuid import UUID

from flask import Response
from scim2_models import Context, ListResponse, PatchOp, ResponseParameters, SearchRequest

from stackroom.core.permissions import requires
from stackroom.staff.scim import filters, people
from stackroom.staff.scim.models import DirectoryUser
from stackroom.staff.scim.permissions import DIRECTORY_WRITE
from stackroom.staff.scim.resources import POLICY, User
from stackroom.staff.scim.rest import answers
from stackroom.staff.scim.rest.answers import CREATED, READ, written
from stackroom.staff.scim.rest.asking import body, held, listed, page, query
from stackroom.staff.scim.rest.blueprint import api


@api.get("/Users")
@requires(DIRECTORY_WRITE)
def list_users() -> Response:
    return _users(query(SearchRequest[User]))


@api.post("/Users/.search")
@requires(DIRECTORY_WRITE)
def search_users() -> Response:
    return _users(body(SearchRequest[User], Context.SEARCH_REQUEST))


def _users(asked: SearchRequest[User]) -> Response:
    where = filters.condition(asked.filter, filters.USERS)
    found, total = people.users(where, *page(asked))
    return listed(ListResponse[User], answers.users(found), total, asked)


@api.post("/Users")
@requires(DIRECTORY_WRITE)
def create_user() -> Response:
    added = people.add(body(User, Context.RESOURCE_CREATION_REQUEST))
    return _user(added, 201, CREATED)


@api.get("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def get_user(user_id: UUID) -> Response:
    return _user(people.user(user_id))


@api.put("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def replace_user(user_id: UUID) -> Response:
    found = held(people.user(user_id, lock=True))
    people.write(found, body(User, Context.RESOURCE_REPLACEMENT_REQUEST))
    return _user(found)


@api.patch("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def change_user(user_id: UUID) -> Response:
    found = held(people.user(user_id, lock=True))
    wanted = answers.users([found])[0]
    body(PatchOp[User], Context.RESOURCE_PATCH_REQUEST).patch(wanted, scim_policy=POLICY)
    people.write(found, wanted)
    return _user(found)


@api.delete("/Users/<uuid:user_id>")
@requires(DIRECTORY_WRITE)
def delete_user(user_id: UUID) -> tuple[str, int]:
    people.remove(held(people.user(user_id, lock=True)))
    return "", 204


def _user(found: DirectoryUser, status: int = 200, ctx: Context = READ) -> Response:
    return written(answers.users([found])[0], status, query(ResponseParameters[User]), ctx)
