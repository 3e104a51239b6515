from stackroom.core.features import Feature, Restorer
from stackroom.libraries.models import Library, ServicePoint, ShelvingLocation
from stackroom.libraries.service import provision

feature = Feature(
    name="libraries",
    provision=provision,
    restorers={Library: Restorer(), ServicePoint: Restorer(), ShelvingLocation: Restorer()},
)
