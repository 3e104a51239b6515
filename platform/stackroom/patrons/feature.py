from stackroom.core.features import Feature
from stackroom.patrons import models  # noqa: F401 - the tables of this feature

feature = Feature(name="patrons")
