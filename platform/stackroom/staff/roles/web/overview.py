"""All roles: as a list, and against all permissions."""

from flask import render_template

from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff.roles import holding, service
from stackroom.staff.roles.areas import areas
from stackroom.staff.roles.shipped import STAFF_ROLES
from stackroom.staff.roles.web.blueprint import web


@web.get("/staff/roles")
@requires(may.STAFF_READ)
def index() -> str:
    roles, counts = service.roles(), holding.counts()
    return render_template("roles/index.html", roles=roles, counts=counts, cloneable=_cloneable())


def _cloneable() -> set[str]:
    """What a patron may is no work, so no role for staff comes of it."""
    return {role.key for role in service.staff_roles()}


@web.get("/staff/matrix")
@requires(may.STAFF_READ)
def matrix() -> str:
    roles = service.staff_roles()
    return render_template("roles/matrix.html", roles=roles, areas=areas(), ships=len(STAFF_ROLES))
