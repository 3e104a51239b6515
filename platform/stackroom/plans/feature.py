from stackroom.core.features import Feature
from stackroom.plans.permissions import PERMISSIONS
from stackroom.plans.rest.v1 import api
from stackroom.plans.web.views import web

feature = Feature(name="plans", permissions=PERMISSIONS, api=api, web=web)
