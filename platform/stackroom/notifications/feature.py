from stackroom.core.features import Feature
from stackroom.notifications.web.views import web

feature = Feature(name="notifications", web=web)
