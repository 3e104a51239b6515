from flask import url_for

from stackroom.core.actor import ActorType
from stackroom.core.features import Feature, NavItem
from stackroom.operators.support import service
from stackroom.operators.support.models import SupportGrant, SupportVisit
from stackroom.operators.support.permissions import PERMISSIONS
from stackroom.operators.support.web.views import web

feature = Feature(
    name="support",
    permissions=PERMISSIONS,
    web=web,
    navigation=(NavItem("Support access", "support.grants", "shield-lock", 94),),
    pages={"support_grant": lambda _: url_for("support.grants")},
    still_may={ActorType.OPERATOR: service.still_may},
    lets_in={SupportGrant: "", SupportVisit: "operator_id"},
    restorers={SupportGrant: "Support is let in anew, by an admin and for so many hours."},
)
