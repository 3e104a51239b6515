"""Rate limits, keyed by organisation first, so that one cannot use up another's."""

from hashlib import sha256

from flask import Flask, current_app, request
from flask_limiter import ApplicationLimit, Limiter
from flask_limiter.util import get_remote_address

from config import Settings
from stackroom.core.limit_counts import ProcessStorage
from tenants import context


def per_address() -> str:
    tenant = context.current_or_none()
    return f"t/{tenant.id if tenant else 'platform'}/ip/{get_remote_address()}"


def per_caller() -> str:
    """By token or cookie where there is one: people of one library share an address."""
    cookie = request.cookies.get(current_app.config["SIGN_IN_COOKIE"])
    credential = request.headers.get("Authorization") or cookie
    if not credential:
        return per_address()
    return f"{per_address()}/{sha256(credential.encode()).hexdigest()[:16]}"


limiter = Limiter(
    key_func=per_caller,
    application_limits=[
        "1200 per minute",
        # invented tokens must not make one machine look like many callers
        ApplicationLimit("6000 per minute", key_function=per_address),
    ],
    request_identifier=lambda: request.endpoint or "nowhere",  # unknown addresses count too
    headers_enabled=True,
    strategy="fixed-window",
)


def install(app: Flask, settings: Settings) -> None:
    app.config["RATELIMIT_ENABLED"] = settings.rate_limits
    app.config["RATELIMIT_STORAGE_URI"] = (
        settings.redis_url or f"{ProcessStorage.STORAGE_SCHEME[0]}://"
    )
    limiter.init_app(app)
