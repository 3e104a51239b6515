from stackroom.audit.controls import BULK
from stackroom.audit.permissions import PERMISSIONS
from stackroom.audit.rest.v1 import api
from stackroom.audit.web.views import web
from stackroom.core.features import Feature, NavItem

feature = Feature(
    name="audit",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Audit", "audit.entries", "clock-history", 70),),
    controls=(BULK,),
    audit_pages=(NavItem("Entries", "audit.entries", "clock-history", 10),),
)
