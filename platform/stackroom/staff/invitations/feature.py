from datetime import timedelta

from flask import url_for

from stackroom.core.features import Chore, Feature
from stackroom.staff.invitations import notices, tasks
from stackroom.staff.invitations.models import Invitation, InvitedRole
from stackroom.staff.invitations.permissions import PERMISSIONS
from stackroom.staff.invitations.rest.v1 import api
from stackroom.staff.invitations.web.views import web

feature = Feature(
    name="invitations",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    subscriptions={notices.MAIL: notices.send},
    chores=(Chore("invitations.forget_links", timedelta(hours=1), tasks.forget_links),),
    pages={"invitation": lambda _: url_for("invitations.index")},
    restorers={
        Invitation: "An invitation is sent again, with a new link.",
        InvitedRole: "What an invitation gives is decided when it is sent.",
    },
)
