from stackroom.audit.permissions import PERMISSIONS
from stackroom.core.features import Feature

feature = Feature(name="audit", permissions=PERMISSIONS)
