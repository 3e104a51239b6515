from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.domains.events import SUBJECT
from stackroom.domains.permissions import DOMAINS_READ, PERMISSIONS
from stackroom.domains.rest.v1 import api
from stackroom.domains.tasks import RECHECK, follow
from stackroom.domains.web.views import web

feature = Feature(
    name="domains",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Domains", "domains.index", "globe", 91, DOMAINS_READ),),
    chores=(RECHECK,),
    on_status=follow,
    pages={SUBJECT: lambda _: url_for("domains.index")},
)
