"""What the adapters need of the running app."""

from stackroom.core.http import app
from stackroom.core.outbound import Outbound
from stackroom.core.sealing import Seal
from stackroom.oversight.webhooks.service import Terms

SECONDS = 10
"""For one answer."""


def terms() -> Terms:
    settings = app().settings
    inward = settings.environment in ("development", "testing")
    return Terms(Outbound(seconds=SECONDS, inward=inward), Seal(settings, "webhook secret"))
