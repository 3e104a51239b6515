"""What is counted. Labels come from closed sets: routes, methods, names of jobs. Never from what a
client sends, and never an organisation: ten thousand of them would be ten thousand series each."""

import os
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.multiprocess import MultiProcessCollector

from stackroom.observability.together import FOLDER

LABELS = frozenset({"route", "method", "status", "job", "outcome", "channel"})
"""The only ones there may be; a standing test reads every metric's."""
NO_ROUTE = "none"
SOCKET = "realtime.open_socket"
"""Its request lasts as long as the socket, and would say nothing of how fast we answer."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

REQUESTS = Histogram(
    "stackroom_request_seconds", "Answers, by route", ("route", "method", "status"), buckets=SECONDS
)
JOBS = Counter("stackroom_jobs", "Jobs, by how they ended", ("job", "outcome"))
JOB_SECONDS = Histogram("stackroom_job_seconds", "How long jobs ran", ("job",), buckets=SECONDS)
SOCKETS = Gauge("stackroom_sockets", "Open websockets", multiprocess_mode="livesum")
OUTBOX_LATE = Gauge(
    "stackroom_outbox_late_seconds",
    "How long the oldest message that is due has been so, as the last sweep found",
    multiprocess_mode="mostrecent",
)
OUTBOX_GIVEN_UP = Gauge(
    "stackroom_outbox_given_up",
    "Messages that were tried too often, as the last sweep found",
    multiprocess_mode="mostrecent",
)
SEAL_CHECKS = Counter("stackroom_seal_checks", "Checks of the audit's seals", ("outcome",))


def page() -> bytes:
    """Of every process that shares the folder; of this one alone where there is none."""
    return generate_latest(_registry())


def serve(port: int) -> None:
    """In a thread, for a process that serves no pages."""
    start_http_server(port, registry=_registry())


def _registry() -> CollectorRegistry:
    if FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def install(app: Flask) -> None:
    app.after_request(_count)


def _count(response: Response) -> Response:
    if request.endpoint == SOCKET:
        return response
    route = request.url_rule.rule if request.url_rule else NO_ROUTE
    method = request.method if request.method in METHODS else "other"
    status = f"{response.status_code // 100}xx"
    REQUESTS.labels(route, method, status).observe(perf_counter() - g.began)
    return response
