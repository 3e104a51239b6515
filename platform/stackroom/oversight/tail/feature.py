from stackroom.audit.permissions import AUDIT_READ
from stackroom.core.features import Channel, Feature, NavItem
from stackroom.oversight.tail.telling import NEWS, exists
from stackroom.oversight.tail.web.views import web

feature = Feature(
    name="audit_tail",
    web=web,
    channels=(Channel(NEWS, AUDIT_READ, exists),),
    audit_pages=(NavItem("Live", "audit_tail.live", "eye", 30),),
)
