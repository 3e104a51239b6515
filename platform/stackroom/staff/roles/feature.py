from stackroom.core.features import Feature
from stackroom.staff.roles.rest.v1 import api

feature = Feature(name="roles", api=api)
