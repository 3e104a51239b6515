"""A request and the job it caused are one trace, which names the organisation and no more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from config import Settings
from stackroom.core import outbox
from stackroom.core.http import Stackroom
from stackroom.jobs import celery as jobs
from stackroom.jobs.envelope import HEADER
from stackroom.observability import tracing
from stackroom.testing import telemetry
from stackroom.testing.house import House, open_house
from stackroom.testing.second import second_app
from stackroom.testing.telemetry import Collector, attributes


@dataclass(slots=True)
class Traced:
    app: Stackroom
    collector: Collector

    def span(self, name: str) -> Any:
        """The last of that name."""
        self.app.extensions["tracing"].force_flush()
        return [span for span in self.collector.spans() if span.name == name][-1]


@pytest.fixture
def traced(app: Stackroom, settings: Settings) -> Iterator[Traced]:
    with (
        telemetry.collector() as collector,
        second_app(settings, otlp_endpoint=collector.endpoint) as made,
    ):
        yield Traced(made, collector)
        made.extensions["tracing"].shutdown()
        tracing.install(app, settings)  # the next test traces nothing


@pytest.fixture
def queue(settings: Settings) -> Iterator[Path]:
    """The broker's folder; this process wakes the worker as one that serves pages does."""
    jobs.celery._after_fork()  # type: ignore[attr-defined]  # the stubs leave it out
    outbox.wake_with(jobs._wake)
    yield settings.data_dir / "broker" / "queue"
    outbox.wake_with(None)


def test_a_request_is_a_span_of_its_organisation(traced: Traced) -> None:
    house = open_house(traced.app, "traced")
    answer = house.api("librarian").get("/api/v1/bibs?q=divorce")
    told = attributes(span := traced.span("GET /api/v1/bibs"))
    assert told["stackroom.organisation"] == str(house.tenant.uuid)
    assert told["stackroom.request_id"] == answer.headers["X-Request-Id"]
    assert told["http.response.status_code"] == 200
    assert "divorce" not in str(span)
    assert house.tenant.slug not in str(span)


def test_a_job_belongs_to_the_trace_of_the_request_that_caused_it(
    traced: Traced, queue: Path
) -> None:
    house = open_house(traced.app, "traced")
    api, before = house.api("librarian"), set(queue.iterdir())
    answer = api.post("/api/v1/imports", data={"file": (BytesIO(b"title\nOne\n"), "gift.csv")})
    assert answer.status_code == 202

    (message,) = set(queue.iterdir()) - before
    sealed: Any = {HEADER: json.loads(message.read_text())["headers"][HEADER]}
    message.unlink()
    assert jobs.deliver.apply(headers=sealed).get() >= 1

    request, job = traced.span("POST /api/v1/imports"), traced.span("job stackroom.deliver")
    assert job.trace_id == request.trace_id
    assert job.parent_span_id == request.span_id
    whose = {"stackroom.organisation": str(house.tenant.uuid)}
    asked = {"stackroom.request_id": answer.headers["X-Request-Id"]}
    assert attributes(job) == whose | asked
    assert attributes(request).items() >= (whose | asked).items()


def test_a_job_that_breaks_tells_what_kind_of_error_and_none_of_its_words(
    traced: Traced,
) -> None:
    with pytest.raises(LookupError), tracing.span("a job"):
        raise LookupError("lea@example.org")
    span = traced.span("a job")
    assert span.status.code == span.status.STATUS_CODE_ERROR
    assert attributes(span) == {"error.type": "LookupError"}
    assert "lea@" not in str(span)


def test_without_an_endpoint_nothing_is_traced(app: Stackroom, north: House) -> None:
    assert "tracing" not in app.extensions
    assert tracing.traceparent() == ""
    assert north.api("admin").get("/api/v1/me").status_code == 200
