from stackroom.catalogue.permissions import PERMISSIONS
from stackroom.catalogue.rest.v1 import api
from stackroom.catalogue.service.item_types import provision
from stackroom.catalogue.web.views import web
from stackroom.core.features import Feature, NavItem

feature = Feature(
    name="catalogue",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Catalogue", "catalogue.search", "search", 20),),
    provision=provision,
)
