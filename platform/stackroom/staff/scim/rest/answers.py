"""Resources and errors as SCIM writes them (RFC 7644 §3.1, §3.12)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request
from scim2_models import (
    Context,
    Error,
    GroupMembership,
    Meta,
    Resource,
    ResponseParameters,
)
from scim2_models.messages.message import Message

from stackroom.core.database import db
from stackroom.staff.scim.address import PREFIX, base
from stackroom.staff.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser
from stackroom.staff.scim.queries import member_ids
from stackroom.staff.scim.resources import POLICY, PROVIDER, Group, Member, User

KIND = "application/scim+json"
READ, CREATED = Context.RESOURCE_QUERY_RESPONSE, Context.RESOURCE_CREATION_RESPONSE
NOT_SERVED = frozenset({f"{PREFIX}/Me", f"{PREFIX}/Bulk", f"{PREFIX}/.search"})
TYPES = {
    "invalid": "invalidValue",
    "invalid_json": "invalidSyntax",
    "email_taken": "uniqueness",
    "uniqueness": "uniqueness",
}


def users(found: Sequence[DirectoryUser]) -> list[User]:
    inside = _memberships([user.id for user in found])
    return [_user(each, inside[each.id]) for each in found]


def _user(user: DirectoryUser, inside: list[GroupMembership]) -> User:
    return User.model_validate(
        {
            **user.sent,
            "schemas": [str(User.__schema__)],
            "id": str(user.id),
            "externalId": user.external_id,
            "userName": user.user_name,
            "active": user.account.active,
            "groups": inside or None,
            "meta": _meta(user, "User"),
        },
        scim_policy=POLICY,
    )


def groups(found: Sequence[DirectoryGroup], *, members: bool = True) -> list[Group]:
    """`members` False leaves them out, and does not look them up: there may be thousands."""
    inside = member_ids([group.id for group in found]) if members else {}
    return [_group(each, inside.get(each.id, set())) for each in found]


def _group(group: DirectoryGroup, inside: set[UUID]) -> Group:
    return Group(
        id=str(group.id),
        external_id=group.external_id,
        display_name=group.display_name,
        members=[_member(each) for each in sorted(inside)] or None,
        meta=_meta(group, "Group"),
    )


def _member(user_id: UUID) -> Member:
    shown = {"value": str(user_id), "$ref": f"{base()}/Users/{user_id}", "type": "User"}
    return Member.model_validate(shown)


def _meta(row: DirectoryUser | DirectoryGroup, kind: str) -> Meta:
    return Meta(
        resource_type=kind,
        created=row.created_at,
        last_modified=row.changed_at,
        location=f"{base()}/{kind}s/{row.id}",
        version=f'"{row.version}"',
    )


def _memberships(user_ids: list[UUID]) -> dict[UUID, list[GroupMembership]]:
    inside: dict[UUID, list[GroupMembership]] = {user_id: [] for user_id in user_ids}
    rows = db.session.execute(
        sa.select(DirectoryMember.user_id, DirectoryGroup.id, DirectoryGroup.display_name)
        .join(DirectoryGroup, DirectoryGroup.id == DirectoryMember.group_id)
        .where(DirectoryMember.user_id.in_(user_ids))
        .order_by(DirectoryGroup.display_key, DirectoryGroup.id)
    )
    for user_id, group_id, name in rows:
        shown = {"value": str(group_id), "display": name, "$ref": f"{base()}/Groups/{group_id}"}
        inside[user_id].append(GroupMembership.model_validate({**shown, "type": "direct"}))
    return inside


def written(
    shown: Resource[Any] | Message,
    status: int = 200,
    parameters: ResponseParameters[Any] | None = None,
    ctx: Context = READ,
) -> Response:
    text = shown.model_dump_json(
        scim_ctx=ctx, response_parameters=parameters, scim_policy=POLICY, scim_provider=PROVIDER
    )
    response = Response(text, status, mimetype=KIND)
    meta = getattr(shown, "meta", None)
    if meta and meta.version:
        response.headers["ETag"] = meta.version
    if meta and status == 201:
        response.headers["Location"] = str(meta.location)
    return response


def error(found: Error) -> Response:
    return Response(found.model_dump_json(), found.status or 400, mimetype=KIND)


def problem(document: Mapping[str, Any]) -> Response:
    """A refusal of the edge or of a service, in SCIM's shape. What a directory may ask for by the
    RFC and we do not have is “not implemented”, which it bears; “not found” it takes for a fault.
    """
    status = int(document["status"])
    if status == 404 and request.url_rule is None and request.path in NOT_SERVED:
        return error(Error(status=501, detail="This is not implemented here."))
    kind = TYPES.get(document["code"]) if status < 500 else None
    status = 400 if status == 422 else status  # RFC 7644 knows no other for a wrong value
    return error(Error(status=status, scim_type=kind, detail=document["detail"]))
