from stackroom.core.features import Feature, NavItem
from stackroom.oversight.disclosure.permissions import PERMISSIONS, PERSONAL_READ
from stackroom.oversight.disclosure.rest.v1 import api
from stackroom.oversight.disclosure.web.views import web

feature = Feature(
    name="disclosure",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Patrons", "disclosure.search", "eye", 80, PERSONAL_READ),),
)
