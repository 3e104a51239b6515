from stackroom.core.features import Feature
from stackroom.libraries.service import provision

feature = Feature(name="libraries", provision=provision)
