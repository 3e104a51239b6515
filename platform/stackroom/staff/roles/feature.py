from flask import url_for

from stackroom.audit.related import Children
from stackroom.core.features import Feature
from stackroom.staff.models import CustomRole, RoleGrant
from stackroom.staff.roles.rest.v1 import api
from stackroom.staff.roles.web.views import web

feature = Feature(
    name="roles",
    api=api,
    web=web,
    related={"custom_role": (Children(RoleGrant, "role", by=(CustomRole, "key")),)},
    pages={"custom_role": lambda role_id: url_for("roles.edit", role_id=role_id)},
)
