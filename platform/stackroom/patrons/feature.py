from stackroom.core.features import Feature
from stackroom.patrons.permissions import PERMISSIONS
from stackroom.patrons.rest.v1 import api
from stackroom.patrons.service import provision

feature = Feature(name="patrons", permissions=PERMISSIONS, api=api, provision=provision)
