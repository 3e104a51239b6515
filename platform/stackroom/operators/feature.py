from stackroom.core.features import Feature
from stackroom.operators.permissions import PERMISSIONS
from stackroom.operators.web.views import web

feature = Feature(name="console", permissions=PERMISSIONS, web=web)
