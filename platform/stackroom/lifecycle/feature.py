from datetime import timedelta

from stackroom.core.features import Chore, Feature
from stackroom.lifecycle import notices, purging, tasks
from stackroom.lifecycle.permissions import PERMISSIONS
from stackroom.lifecycle.web.views import web
from tenants.lifecycle import Status

feature = Feature(
    name="lifecycle",
    permissions=PERMISSIONS,
    web=web,
    subscriptions={notices.MAIL: notices.send},
    though_read_only=frozenset({notices.MAIL}),
    chores=(
        Chore("lifecycle.remind", timedelta(hours=1), tasks.remind, frozenset({Status.CLOSING})),
        Chore(
            "lifecycle.purge",
            timedelta(hours=1),
            purging.purge_when_due,
            frozenset({Status.CLOSING, Status.PURGED}),
        ),
    ),
)
