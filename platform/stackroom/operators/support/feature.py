from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.operators.support.permissions import PERMISSIONS
from stackroom.operators.support.web.views import web

feature = Feature(
    name="support",
    permissions=PERMISSIONS,
    web=web,
    navigation=(NavItem("Support access", "support.grants", "shield-lock", 94),),
    pages={"support_grant": lambda _: url_for("support.grants")},
)
