from flask import url_for

from stackroom.audit.searches.events import SUBJECT
from stackroom.audit.searches.models import AuditSearch
from stackroom.audit.searches.permissions import PERMISSIONS
from stackroom.audit.searches.rest.v1 import api
from stackroom.audit.searches.web.views import web
from stackroom.core.features import Feature, NavItem

feature = Feature(
    name="audit_searches",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Saved searches", "audit_searches.index", "bookmark", 20),),
    restorers={AuditSearch: "A saved search is its owner’s, who can save it again."},
    pages={SUBJECT: lambda _search_id: url_for("audit_searches.index")},
)
