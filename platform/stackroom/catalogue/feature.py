from stackroom.catalogue.permissions import PERMISSIONS
from stackroom.catalogue.rest.v1 import api
from stackroom.catalogue.service.item_types import provision
from stackroom.core.features import Feature

feature = Feature(name="catalogue", permissions=PERMISSIONS, api=api, provision=provision)
