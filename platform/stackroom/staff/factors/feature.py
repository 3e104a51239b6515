from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.staff.factors import notices
from stackroom.staff.factors.models import RequiredFactor
from stackroom.staff.factors.permissions import PERMISSIONS, SECURITY_READ
from stackroom.staff.factors.rest.v1 import api
from stackroom.staff.factors.web.views import web

feature = Feature(
    name="factors",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Security", "factors.organisation", "shield-check", 92, SECURITY_READ),),
    subscriptions={notices.MAIL: notices.send},
    pages={"required_factor": lambda _: url_for("factors.organisation")},
    though_read_only=frozenset({notices.MAIL}),
    restorers={RequiredFactor: "Which roles need a second factor is decided on the security page."},
)
