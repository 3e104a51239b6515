from stackroom.core.features import Feature, NavItem
from stackroom.oversight.disclosure.permissions import PERMISSIONS, PERSONAL_READ
from stackroom.oversight.disclosure.rest.v1 import api
from stackroom.oversight.disclosure.web.views import web

feature = Feature(
    name="disclosure",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Patrons in the trail", "disclosure.search", "eye", 78, PERSONAL_READ),),
)
