"""The pages of the console, each group in its own file, and the frame around them."""

from typing import Any

from flask import g, request, url_for

from stackroom.core.http import principal_or_none
from stackroom.core.permissions import Host
from stackroom.operators.permissions import OPERATE
from stackroom.operators.web import front_door, organisations, watch
from stackroom.operators.web.blueprint import web
from stackroom.web.pages import Link

__all__ = ["front_door", "organisations", "watch", "web"]
PAGES = (
    ("Organisations", "console.organisations", "building"),
    ("Jobs", "console.jobs", "arrow-repeat"),
    ("Errors", "console.errors", "exclamation-triangle"),
    ("Acts", "console.acts", "clock-history"),
)


@web.app_context_processor
def frame() -> dict[str, Any]:
    """The console's own menu, on its own host."""
    if g.get("here") is not Host.CONSOLE:
        return {}
    person = principal_or_none()
    pages = PAGES if person and person.may(OPERATE) else ()
    return {
        "on_console": True,
        "sign_out": url_for("console.sign_out"),
        "navigation": [
            Link(label, url_for(endpoint), icon, request.path.startswith(url_for(endpoint)))
            for label, endpoint, icon in pages
        ],
    }
