from datetime import timedelta

from flask import url_for

from stackroom.core.features import Chore, Feature, NavItem
from stackroom.oversight.exports import service
from stackroom.oversight.exports.events import SUBJECT
from stackroom.oversight.exports.permissions import AUDIT_EXPORTS_READ, PERMISSIONS
from stackroom.oversight.exports.rest.v1 import api
from stackroom.oversight.exports.tasks import expire_exports, run_export
from stackroom.oversight.exports.web.views import web
from tenants.lifecycle import SERVING

feature = Feature(
    name="audit_exports",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Exports", "audit_exports.index", "download", 60, AUDIT_EXPORTS_READ),),
    subscriptions={service.RUN: run_export},
    chores=(Chore("audit_exports.expire", timedelta(hours=1), expire_exports, SERVING),),
    pages={SUBJECT: lambda _: url_for("audit_exports.index")},
)
