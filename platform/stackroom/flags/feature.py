from stackroom.core.features import Feature
from stackroom.flags.permissions import PERMISSIONS
from stackroom.flags.rest.v1 import api

feature = Feature(name="flags", permissions=PERMISSIONS, api=api)
