from flask import url_for

from stackroom.audit.related import Children
from stackroom.core.actor import ActorType
from stackroom.core.features import Feature, Figure, Meter, NavItem
from stackroom.plans.registry import Measure
from stackroom.staff import service, sign_in
from stackroom.staff.controls import CONTROLS
from stackroom.staff.models import Account, CustomRole, RoleGrant, SignInSession
from stackroom.staff.notices import send_verification
from stackroom.staff.permissions import ORGANISATION_READ, PERMISSIONS, STAFF_READ
from stackroom.staff.rest.v1 import api
from stackroom.staff.web.views import web

feature = Feature(
    name="staff",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(
        NavItem("Start", "staff.dashboard", "house", 0),
        NavItem("Staff", "staff.people", "people", 80, STAFF_READ),
        NavItem("Settings", "staff.organisation", "gear", 90, ORGANISATION_READ),
    ),
    figures=(Figure("Staff", "staff.people", "people", 80, STAFF_READ, service.count),),
    meters=(Meter(Measure.STAFF, "open accounts", service.count),),
    subscriptions={"staff.verification_mail": send_verification},
    pages={"account": lambda account_id: url_for("staff.person", account_id=account_id)},
    controls=CONTROLS,
    related={"account": (Children(RoleGrant, "account_id"),)},
    still_may={ActorType.PERSON: sign_in.still_may},
    lets_in={
        Account: "id",
        RoleGrant: "account_id",
        SignInSession: "account_id",
        CustomRole: "",
    },
    restorers={
        Account: "Who may sign in is decided on the staff page, and never by an old record.",
        RoleGrant: "A right is given anew by somebody who holds it, and never by an old record.",
        CustomRole: "What a role confers is decided on its page, by somebody who holds as much.",
    },
)
