from stackroom.circulation.permissions import PERMISSIONS
from stackroom.circulation.rest.v1 import api
from stackroom.circulation.service.loans import provision
from stackroom.core.features import Feature

feature = Feature(name="circulation", permissions=PERMISSIONS, api=api, provision=provision)
