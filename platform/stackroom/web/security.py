"""Hosts, proxies, cookies and headers: what holds for every answer."""

from flask import Flask, Response, g
from flask_cors import CORS
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings

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


def install(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        TRUSTED_HOSTS=[settings.base_domain, f".{settings.base_domain}", "127.0.0.1"],
        SESSION_COOKIE_NAME="stackroom_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.scheme == "https",
        MAX_CONTENT_LENGTH=settings.max_body_mib * 2**20,
        MAX_FORM_MEMORY_SIZE=settings.max_body_mib * 2**20,
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    https = settings.scheme == "https"
    Talisman(
        app, force_https=False, strict_transport_security=https, session_cookie_secure=https,
        content_security_policy=POLICY, content_security_policy_nonce_in=["script-src"],
        referrer_policy="same-origin", frame_options="DENY",
    )  # fmt: skip
    if settings.cors_origins:
        CORS(app, resources={r"/api/*": {"origins": list(settings.cors_origins)}}, max_age=600)
    app.after_request(_name_request)


def _name_request(response: Response) -> Response:
    if request_id := g.get("request_id"):
        response.headers["X-Request-Id"] = request_id
    if links := g.get("links"):
        response.headers["Link"] = links
    return response
