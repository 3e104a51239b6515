from flask import url_for

from stackroom.core.actor import ActorType
from stackroom.core.features import Feature, NavItem
from stackroom.staff.keys.events import ACCOUNT, KEY
from stackroom.staff.keys.models import ApiKey, ServiceAccount
from stackroom.staff.keys.notices import MAIL, send
from stackroom.staff.keys.permissions import KEYS_READ, PERMISSIONS
from stackroom.staff.keys.rest.v1 import api
from stackroom.staff.keys.service import still_may
from stackroom.staff.keys.tasks import WARN
from stackroom.staff.keys.web.views import web

feature = Feature(
    name="keys",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("API keys", "keys.index", "key", 92, KEYS_READ),),
    chores=(WARN,),
    still_may={ActorType.SERVICE: still_may},
    lets_in={ApiKey: "service_account_id", ServiceAccount: "id"},
    subscriptions={MAIL: send},
    pages={
        KEY: lambda key_id: url_for("keys.show", key_id=key_id),
        ACCOUNT: lambda account_id: url_for("keys.account", service_account_id=account_id),
    },
    restorers={ServiceAccount: "Whether a program may come in is decided on its own page."},
)
