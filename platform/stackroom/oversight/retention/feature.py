from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.oversight.retention.models import AuditArchive, AuditRetention
from stackroom.oversight.retention.permissions import ARCHIVES_READ, PERMISSIONS
from stackroom.oversight.retention.rest.v1 import api
from stackroom.oversight.retention.service import hindrance
from stackroom.oversight.retention.web.views import web

feature = Feature(
    name="retention",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Retention", "retention.index", "archive", 90, ARCHIVES_READ),),
    hinders_purge=hindrance,
    pages={
        "audit_archive": lambda _: url_for("retention.index"),
        "audit_retention": lambda _: url_for("retention.index"),
    },
    restorers={
        AuditRetention: "How long history is kept is changed on its own page, with a reason.",
        AuditArchive: "An archived year is a record of what was done.",
    },
)
