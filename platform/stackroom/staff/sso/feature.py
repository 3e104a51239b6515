from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.staff.sso.events import SUBJECT
from stackroom.staff.sso.models import SsoIdentity, SsoProvider
from stackroom.staff.sso.permissions import PERMISSIONS, SSO_READ
from stackroom.staff.sso.rest.v1 import api
from stackroom.staff.sso.web.views import web

feature = Feature(
    name="sso",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Single sign-on", "sso.providers", "key", 92, SSO_READ),),
    pages={
        SUBJECT: lambda provider_id: url_for("sso.edit_provider", sso_provider_id=provider_id),
        "sso_identity": lambda _: url_for("sso.people"),
    },
    restorers={
        SsoProvider: "A provider’s secret is not kept in history; set it up anew.",
        SsoIdentity: "A person links their sign-in by signing in.",
    },
)
