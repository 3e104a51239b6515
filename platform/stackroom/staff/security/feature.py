from stackroom.core.features import Feature
from stackroom.staff.security import notices
from stackroom.staff.security.devices import NEW_DEVICE_MAIL
from stackroom.staff.security.rest.v1 import api
from stackroom.staff.security.tasks import FORGET
from stackroom.staff.security.web.views import web

MAILS = {
    notices.RESET_MAIL: notices.send_reset,
    notices.PASSWORD_CHANGED_MAIL: notices.send_password_changed,
    NEW_DEVICE_MAIL: notices.send_new_device,
}
feature = Feature(
    name="security",
    api=api,
    web=web,
    subscriptions=MAILS,
    though_read_only=frozenset(MAILS),  # as signing in is possible
    chores=(FORGET,),
)
