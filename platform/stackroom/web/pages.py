"""What every page may use: who is here, where one may go, and the built assets."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from stackroom.core.features import NavItem, registry
from stackroom.core.http import Stackroom, app, principal_or_none
from stackroom.core.permissions import Host, access_of, public
from stackroom.core.read_only import refusal
from stackroom.web.assets import asset, asset_url
from stackroom.web.forms import FormRefused, show_again
from stackroom.web.times import local_time
from tenants import context
from tenants.context import Tenant

web = Blueprint("web", __name__, template_folder="templates", static_folder="static")


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    href: str
    icon: str
    active: bool


def install(app: Stackroom) -> None:
    app.register_blueprint(web)
    app.register_error_handler(FormRefused, show_again)
    app.context_processor(lambda: _page_context(app))
    app.jinja_env.globals.update(asset=asset, asset_url=asset_url)
    app.jinja_env.filters["local_time"] = local_time
    app.publish("web.static", "built assets hold no data")


@web.get("/")
@public("the front door", host=Host.EVERY)
def home() -> str | WerkzeugResponse:
    if g.here is Host.PLATFORM:
        return render_template("web/landing.html")
    person = principal_or_none()
    return redirect(url_for(person.home if person else _doors()[g.here]))


@web.get("/service-worker.js")
@public("keeps built assets and no data", host=Host.EVERY, asks_who=False)
def service_worker() -> WerkzeugResponse:
    """At the root, because a worker rules over what lies below its own address."""
    return web.send_static_file("dist/service-worker.js")


def _doors() -> dict[Host, str]:
    return app().doors


def _page_context(app: Stackroom) -> dict[str, Any]:
    organisation = context.current_or_none()
    return {
        "organisation": organisation,
        "read_only": _read_only(organisation),
        "person": principal_or_none(),
        "navigation": _navigation(app),
        "audit_pages": partial(_audit_pages, app),
        "sign_out": "/sign-out",
        "request_id": g.get("request_id", ""),
    }


def _read_only(tenant: Tenant | None) -> str:
    """What everybody who signed in is told on each page; empty where all is well."""
    return refusal(tenant).detail if tenant and tenant.is_read_only else ""


def _navigation(app: Stackroom) -> list[Link]:
    if context.current_or_none() is None:
        return []
    return _links(app, [item for feature in registry.features for item in feature.navigation])


def _audit_pages(app: Stackroom) -> list[Link]:
    """The tabs of the audit area."""
    return _links(app, [item for feature in registry.features for item in feature.audit_pages])


def _links(app: Stackroom, items: list[NavItem]) -> list[Link]:
    shown = [item for item in sorted(items, key=lambda item: item.order) if _open(app, item)]
    hrefs = [url_for(item.endpoint) for item in shown]
    # Pages of the settings lie below Settings, so the longest address is where one is.
    here = max(filter(_leads_here, hrefs), key=len, default="")
    return [
        Link(item.label, href, item.icon, href == here)
        for item, href in zip(shown, hrefs, strict=True)
    ]


def _open(app: Stackroom, item: NavItem) -> bool:
    """The same declaration that guards the route decides whether its link is shown."""
    person = principal_or_none()
    access = access_of(app.view_functions[item.endpoint])
    if access and app.is_open_to_all(access):
        return True
    wanted = item.permission or (access.permission if access else None)
    if wanted and not (person and person.may(wanted)):
        return False
    return not item.flag or app.flag_is_on(item.flag)


def _leads_here(href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href}/")
