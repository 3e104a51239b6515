"""Is the process alive, and is it ready: database at head, broker and cache answering."""

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from stackroom.core.permissions import Host, public
from stackroom.observability.checks import is_ready, readiness
from stackroom.observability.metrics import page

health = Blueprint("health", __name__)


@health.get("/healthz")
@public("a probe has no account", host=Host.EVERY, asks_who=False)
def healthz() -> Response:
    return jsonify(status="ok")


@health.get("/readyz")
@public("a probe has no account", host=Host.EVERY, asks_who=False)
def readyz() -> tuple[Response, int]:
    results = readiness(current_app)
    ready = is_ready(results)
    return jsonify(status="ready" if ready else "not ready", checks=results), 200 if ready else 503


@health.get("/metrics")
@public(
    "scraped by the operator's own machine; the proxy keeps it inside",
    host=Host.EVERY,
    asks_who=False,
)
def metrics() -> Response:
    return Response(page(), content_type=CONTENT_TYPE_LATEST)
