from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.oversight.webhooks import deliveries, notices
from stackroom.oversight.webhooks.events import SUBJECT
from stackroom.oversight.webhooks.permissions import AUDIT_WEBHOOKS, PERMISSIONS
from stackroom.oversight.webhooks.rest.v1 import api
from stackroom.oversight.webhooks.tasks import CHORES, deliver_one
from stackroom.oversight.webhooks.web.views import web

feature = Feature(
    name="webhooks",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    audit_pages=(NavItem("Delivery", "webhooks.index", "broadcast", 70, AUDIT_WEBHOOKS),),
    subscriptions={deliveries.DELIVER: deliver_one, notices.MAIL: notices.send},
    chores=CHORES,
    pages={SUBJECT: lambda webhook_id: url_for("webhooks.show", webhook_id=webhook_id)},
)
