"""Hosts, proxies, cookies and headers: what holds for every answer."""

from datetime import timedelta

from flask import Flask, Response, current_app, g, request, session
from flask_cors import CORS
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from config import Settings
from stackroom.core.errors import BadRequest
from stackroom.core.http import app as served

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
READABLE = [
    "ETag", "Link", "Location", "Retry-After", "X-Request-Id", "Idempotency-Replayed",
    "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
]  # fmt: skip
"""Headers that the scripts of another origin may read."""


def install(app: Flask, settings: Settings) -> None:
    https = settings.scheme == "https"
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        TRUSTED_HOSTS=[
            settings.base_domain,
            f".{settings.base_domain}",
            settings.console,
            "127.0.0.1",
        ],
        SESSION_COOKIE_NAME=cookie_name("stackroom_form", https=https),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        MAX_CONTENT_LENGTH=settings.max_body_mib * 2**20,
        MAX_FORM_MEMORY_SIZE=settings.max_body_mib * 2**20,
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    Talisman(
        app, force_https=False, strict_transport_security=https, session_cookie_secure=https,
        # a domain may be an organisation's own, whose other hosts are none of our business
        strict_transport_security_include_subdomains=False,
        content_security_policy=POLICY, content_security_policy_nonce_in=["script-src"],
        referrer_policy="same-origin", frame_options="DENY",
    )  # fmt: skip
    if settings.cors_origins:
        CORS(
            app, resources={r"/api/*": {"origins": list(settings.cors_origins)}}, max_age=600,
            expose_headers=READABLE,
        )  # fmt: skip
    app.after_request(_name_request)
    app.after_request(_say_what_may_be_kept)


def cookie_name(name: str, *, https: bool) -> str:
    """With `__Host-` the browser refuses a cookie that a sibling subdomain, which here is another
    organisation, has planted (RFC 6265bis §4.1.3.2). It asks for TLS."""
    return f"__Host-{name}" if https else name


def keep_signed_in(
    response: AnyResponse, cookie: str, secret: str, lasting: timedelta, *, same_site: str = "Lax"
) -> AnyResponse:
    """`cookie`: the key of `app.config` that holds its name. What an earlier visitor left in this
    browser's session of forms is dropped."""
    session.clear()
    return keep(response, cookie, secret, lasting, same_site=same_site)


def keep(
    response: AnyResponse, cookie: str, secret: str, lasting: timedelta, *, same_site: str = "Lax"
) -> AnyResponse:
    """Out of the reach of scripts."""
    response.set_cookie(
        current_app.config[cookie], secret, max_age=lasting,
        secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite=same_site,
    )  # fmt: skip
    return response


def forget_sign_in(response: AnyResponse, cookie: str, *, same_site: str = "Lax") -> AnyResponse:
    session.clear()
    response.delete_cookie(
        current_app.config[cookie], secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True, samesite=same_site,
    )  # fmt: skip
    return response


def refuse_other_origin() -> None:
    """Whoever sends a form or opens a socket from a page of another host, a sibling organisation's
    too, has borrowed the visitor's cookie. Browsers always say from where (RFC 6454 §7.3).

    Raises BadRequest.
    """
    own = f"{served().settings.scheme}://{request.host}"
    if request.headers.get("Origin", own) != own:
        raise BadRequest("A page of another site has sent this; open our own page and try again.")


def _name_request(response: Response) -> Response:
    if request_id := g.get("request_id"):
        response.headers["X-Request-Id"] = request_id
    if links := g.get("links"):
        response.headers["Link"] = links
    return response


def _say_what_may_be_kept(response: Response) -> Response:
    """Built assets carry a hash in their name. Nothing else is kept by shared caches, and pages
    not even by the browser: after signing out, “back” must not show them."""
    if request.path.startswith("/static/dist/assets/") and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif _depends_on_who_asks(response):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _depends_on_who_asks(response: Response) -> bool:
    """A redirect does, too: where an organisation's pages are may change tomorrow, and browsers
    would keep a 308 for good."""
    pages = response.mimetype == "text/html" or request.path.startswith("/api/")
    return pages or response.status_code >= 300
