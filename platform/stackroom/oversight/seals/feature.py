from stackroom.core.features import Feature
from stackroom.oversight.seals import models  # noqa: F401
from stackroom.oversight.seals.permissions import PERMISSIONS

feature = Feature(name="seals", permissions=PERMISSIONS)
