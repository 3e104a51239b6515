"""Spans of requests and jobs, sent by OTLP over HTTP where `otlp_endpoint` is set; else nothing,
not even the import. A job is part of the trace of the request that caused it (W3C Trace Context).

A span carries the organisation's UUID and the request's id; no address, no name, no parameter.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import INTERNAL_SERVER_ERROR
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from config import Settings
from stackroom.core.actor import provenance_or_none
from stackroom.observability.metrics import SOCKET
from tenants import context

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_tracer: "list[Tracer]" = []
"""Empty where nothing is traced."""


def install(app: Flask, settings: Settings) -> None:
    """Called in each worker after the fork: the thread that sends does not survive one."""
    _tracer.clear()
    if not settings.otlp_endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "stackroom"}))
    exporter = OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    app.extensions["tracing"] = provider
    _tracer.append(provider.get_tracer("stackroom"))
    app.before_request(_begin)
    app.after_request(_note)
    app.teardown_request(_end)


@contextmanager
def span(name: str, *, parent: str = "") -> Iterator[None]:
    if not _tracer:
        yield
        return
    from opentelemetry.trace import SpanKind

    with _tracer[0].start_as_current_span(
        name, context=_context(parent), kind=SpanKind.CONSUMER, attributes=_whose(),
        record_exception=False, set_status_on_exception=False,  # its words may name a person
    ) as present:  # fmt: skip
        try:
            yield
        except Exception as error:
            present.set_attribute("error.type", type(error).__name__)
            _fail(present)
            raise


def _fail(present: "Span") -> None:
    from opentelemetry.trace import StatusCode

    present.set_status(StatusCode.ERROR)


def traceparent() -> str:
    """Of the present span, for what it causes; empty where nothing is traced."""
    if not _tracer:
        return ""
    from opentelemetry.propagate import inject

    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent", "")


def _context(parent: str) -> Any:
    from opentelemetry.propagate import extract

    return extract({"traceparent": parent}) if parent else None


def _begin() -> None:
    if request.endpoint == SOCKET:
        return
    from opentelemetry.trace import SpanKind

    rule = request.url_rule.rule if request.url_rule else "no route"
    g.span = _tracer[0].start_as_current_span(
        f"{request.method} {rule}", kind=SpanKind.SERVER,
        attributes={"http.request.method": request.method, "http.route": rule, **_whose()},
    )  # fmt: skip
    g.present_span = g.span.__enter__()


def _note(response: Response) -> Response:
    present: Span | None = g.get("present_span")
    if present:
        present.set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= INTERNAL_SERVER_ERROR:
            _fail(present)
    return response


def _end(_: BaseException | None) -> None:
    if entered := g.pop("span", None):
        entered.__exit__(None, None, None)


def _whose() -> Mapping[str, str]:
    tenant, present = context.current_or_none(), provenance_or_none()
    found = {"stackroom.organisation": str(tenant.uuid)} if tenant else {}
    return {**found, "stackroom.request_id": present.request_id} if present else found
