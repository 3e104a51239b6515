"""v1 of roles: what there is to give, what somebody may, why, and what would change."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core import etags
from stackroom.core.pagination import Page, PageQuery
from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff.rest.v1 import wanted
from stackroom.staff.roles import explaining, service
from stackroom.staff.roles.granting import Wanted
from stackroom.staff.roles.schemas import (
    DifferenceOut,
    EffectiveOut,
    EffectivePage,
    ExplanationOut,
    ExplanationQuery,
    PermissionOut,
    PermissionsOut,
    RoleChange,
    RoleIn,
    RoleOut,
    RolesPage,
    SimulationIn,
)
from stackroom.staff.roles.service import Known
from stackroom.staff.service import person

api = APIBlueprint("roles_v1", __name__, url_prefix="/api/v1", tag="Organisation and staff")


@api.get("/roles")
@requires(may.STAFF_READ)
@api.input(PageQuery, location="query")
@api.output(RolesPage)
def list_roles(query_data: PageQuery) -> RolesPage:
    roles = [_role(role) for role in service.roles()]
    shown = roles[query_data.offset : query_data.offset + query_data.per_page]
    page = Page(shown, query_data.page, query_data.per_page, len(roles))
    g.links = page.links()
    return RolesPage.model_validate(page)


@api.post("/roles")
@requires(may.ROLES_WRITE, step_up=True)
@api.input(RoleIn)
@api.output(RoleOut, 201)
def create_role(json_data: RoleIn) -> Any:
    made = service.create(**json_data.model_dump())
    location = f"{api.url_prefix}/roles/{made.id}"
    return _role(service.known(made)), 201, {"ETag": etags.of(made), "Location": location}


@api.get("/roles/<uuid:role_id>")
@requires(may.STAFF_READ)
@api.output(RoleOut)
def get_role(role_id: UUID) -> Any:
    found = service.role(role_id)
    return _role(service.known(found)), 200, {"ETag": etags.of(found)}


@api.patch("/roles/<uuid:role_id>")
@requires(may.ROLES_WRITE, step_up=True)
@api.input(RoleChange)
@api.output(RoleOut)
def change_role(role_id: UUID, json_data: RoleChange) -> Any:
    found = service.role(role_id)
    etags.check(found)
    changed = service.change(found, **json_data.model_dump(exclude_unset=True))
    return _role(service.known(changed)), 200, {"ETag": etags.of(changed)}


@api.delete("/roles/<uuid:role_id>")
@requires(may.ROLES_WRITE, step_up=True)
@api.output({}, 204)
@api.doc(responses={409: "Somebody holds the role"})
def delete_role(role_id: UUID) -> str:
    found = service.role(role_id)
    etags.check(found)
    service.remove(found)
    return ""


@api.get("/permissions")
@requires(may.STAFF_READ)
@api.output(PermissionsOut)
def list_permissions() -> PermissionsOut:
    """What a role of the organisation's own can hold."""
    known = [
        PermissionOut(key=one.key, sentence=one.sentence, reach=one.reach, writes=one.writes)
        for one in service.assignable()
    ]
    return PermissionsOut(items=known)


@api.get("/staff/<uuid:account_id>/permissions")
@requires(may.STAFF_READ)
@api.output(EffectivePage)
def list_effective(account_id: UUID) -> EffectivePage:
    """Everything this person may now, and where each comes from."""
    found = [
        EffectiveOut(
            permission=each.permission.key,
            sentence=each.permission.sentence,
            libraries=list(each.libraries),
            roles=list(each.roles),
        )
        for each in explaining.effective(person(account_id))
    ]
    return EffectivePage(items=found)


@api.get("/staff/<uuid:account_id>/permissions/<permission_key>")
@requires(may.STAFF_READ)
@api.input(ExplanationQuery, location="query")
@api.output(ExplanationOut)
def explain(account_id: UUID, permission_key: str, query_data: ExplanationQuery) -> ExplanationOut:
    """Why this person may, or may not, do one thing, at one library or anywhere."""
    asked = explaining.permission(permission_key)
    found = explaining.explain(person(account_id), asked, query_data.library_id)
    return ExplanationOut.model_validate(found, from_attributes=True)


@api.post("/staff/<uuid:account_id>/simulations")
@requires(may.STAFF_WRITE, writes=False)
@api.input(SimulationIn)
@api.output(DifferenceOut)
def simulate(account_id: UUID, json_data: SimulationIn) -> DifferenceOut:
    """What would change if these were the roles given by hand. Changes nothing."""
    asked = [*map(Wanted, json_data.roles), *wanted(json_data.grants)]
    found = explaining.simulate(person(account_id), asked)
    return DifferenceOut(gained=list(found.gained), lost=list(found.lost))


def _role(role: Known) -> RoleOut:
    return RoleOut(
        id=role.id,
        key=role.key,
        name=role.title,
        sentence=role.sentence,
        permissions=sorted(role.permissions),
        based_on=role.based_on,
    )
