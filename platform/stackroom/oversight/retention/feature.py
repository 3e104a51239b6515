from stackroom.core.features import Feature, NavItem
from stackroom.oversight.retention.permissions import ARCHIVES_READ, PERMISSIONS
from stackroom.oversight.retention.rest.v1 import api
from stackroom.oversight.retention.service import hindrance
from stackroom.oversight.retention.web.views import web

feature = Feature(
    name="retention",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Retention", "retention.index", "archive", 90, ARCHIVES_READ),),
    hinders_purge=hindrance,
)
