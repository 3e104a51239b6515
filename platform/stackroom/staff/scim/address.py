"""Where an organisation's directory finds us."""

from stackroom.core.http import app
from tenants import context

PREFIX = "/api/scim/v2"


def base() -> str:
    """Of the organisation's stored host, whatever host was asked."""
    return f"{app().settings.origin(context.current().host)}{PREFIX}"
