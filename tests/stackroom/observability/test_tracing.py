"""A request and the job it caused are one trace, which names the organisation and no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config import Settings
from stackroom.app import create_app
from stackroom.core import outbox
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.jobs import celery as jobs
from stackroom.jobs.envelope import HEADER, seal
from stackroom.observability import tracing
from stackroom.testing.house import House, open_house
from tenants import context


@dataclass
class Collector:
    """Takes what the exporter sends, as an OpenTelemetry collector does."""

    app: Stackroom
    received: list[Any] = field(default_factory=list)

    def spans(self) -> dict[str, Any]:
        self.app.extensions["tracing"].force_flush()
        return {
            span.name: span
            for request in self.received
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


@pytest.fixture
def collector(settings: Settings) -> Iterator[Collector]:
    with _listening() as (endpoint, received):
        app = create_app(settings.model_copy(update={"otlp_endpoint": endpoint}))
        outbox.wake_with(None)
        yield Collector(app, received)
        app.extensions["tracing"].shutdown()
        with app.app_context():
            db.engine.dispose()
        create_app(settings)  # the next test traces nothing
        outbox.wake_with(None)


@contextmanager
def _listening() -> Iterator[tuple[str, list[Any]]]:
    received: list[Any] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] is None:
                received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Take) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def attributes(span: Any) -> dict[str, Any]:
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


def test_a_request_is_a_span_of_its_organisation(collector: Collector) -> None:
    house = open_house(collector.app, "traced")
    answer = house.api("librarian").get("/api/v1/bibs?q=divorce")
    told = attributes(span := collector.spans()["GET /api/v1/bibs"])
    assert told["stackroom.organisation"] == str(house.tenant.uuid)
    assert told["stackroom.request_id"] == answer.headers["X-Request-Id"]
    assert told["http.response.status_code"] == 200
    assert "divorce" not in str(span)
    assert house.tenant.slug not in str(span)


def test_a_job_belongs_to_the_trace_of_what_caused_it(collector: Collector) -> None:
    house = open_house(collector.app, "traced")
    with _in_its_name(house), tracing.span("a cause"):
        sealed: Any = {HEADER: seal().as_header()}
    jobs.deliver.apply(headers=sealed).get()
    spans = collector.spans()
    cause, effect = spans["a cause"], spans["job stackroom.deliver"]
    assert effect.trace_id == cause.trace_id
    assert effect.parent_span_id == cause.span_id
    assert attributes(effect)["stackroom.organisation"] == str(house.tenant.uuid)


@contextmanager
def _in_its_name(house: House) -> Iterator[None]:
    with context.acting_for(house.tenant), acting_as(Provenance(SYSTEM, Channel.JOB)):
        yield


def test_without_an_endpoint_nothing_is_traced(app: Stackroom, north: House) -> None:
    assert "tracing" not in app.extensions
    assert tracing.traceparent() == ""
    assert north.api("admin").get("/api/v1/me").status_code == 200
