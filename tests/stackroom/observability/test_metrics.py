"""Metrics stay few, whatever clients send, and tell nothing of any organisation."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from prometheus_client.samples import Sample

from stackroom.core import clock, outbox
from stackroom.core.outbox import OutboxMessage
from stackroom.jobs.celery import sweep
from stackroom.observability.metrics import LABELS
from stackroom.testing.house import House, open_house
from stackroom.testing.visitor import on_platform

LIBRARY_LABELS = {"le", "quantile", "generation", "implementation", "major", "minor", "patchlevel",
                  "version"}  # fmt: skip
"""Of prometheus_client itself: buckets, and facts of the Python that runs."""


def samples() -> list[Sample]:
    return [sample for metric in REGISTRY.collect() for sample in metric.samples]


def test_no_metric_has_a_label_that_a_client_or_an_organisation_could_fill() -> None:
    for sample in samples():
        assert set(sample.labels) <= LABELS | LIBRARY_LABELS, sample.name


def test_invented_addresses_methods_and_hosts_make_no_new_series(north: House) -> None:
    api = north.anonymous()
    api.get("/api/v1/bibs/warm-up")
    api.request("BREW", "/warm-up")
    before = len(samples())
    for number in range(20):
        api.get(f"/nowhere/{number}")
        api.get(f"/api/v1/bibs/{number}?q={number}", headers={"X-Request-Id": f"id-{number}"})
        api.request(f"BREW{number}", "/warm-up")
    assert len(samples()) == before


def test_a_new_organisation_makes_no_new_series(north: House) -> None:
    north.api("admin").get("/api/v1/me")
    before = len(samples())
    for _ in range(3):
        open_house(north.app, "another").api("admin").get("/api/v1/me")
    assert len(samples()) == before


def test_requests_are_counted_by_their_route(north: House) -> None:
    def counted() -> float:
        labels = {"route": "/api/v1/me", "method": "GET", "status": "2xx"}
        return REGISTRY.get_sample_value("stackroom_request_seconds_count", labels) or 0

    before = counted()
    north.api("admin").get("/api/v1/me")
    assert counted() == before + 1


def test_the_page_of_metrics_names_no_organisation(north: House) -> None:
    north.api("admin").get("/api/v1/me")
    told = on_platform(north.app).get("/metrics").text
    assert "stackroom_request_seconds_count" in told
    assert north.tenant.slug not in told
    assert str(north.tenant.uuid) not in told


def value(metric: str) -> float:
    return REGISTRY.get_sample_value(metric) or 0.0


def wait_since(house: House, ago: timedelta, attempts: int) -> None:
    """A house that was opened has one message waiting: the link for its admin."""
    with house.work("admin") as session:
        changed = {"due_at": clock.now() - ago, "attempts": attempts}
        session.execute(sa.update(OutboxMessage).values(changed))


def test_a_backlog_is_told_in_seconds_until_it_is_done(north: House, harbour: House) -> None:
    wait_since(north, timedelta(hours=2), attempts=0)
    wait_since(harbour, timedelta(hours=9), attempts=outbox.ATTEMPTS)
    sweep.apply().get()
    assert value("stackroom_outbox_late_seconds") == pytest.approx(7200, abs=60)
    given_up = value("stackroom_outbox_given_up")
    assert given_up >= 1

    wait_since(harbour, timedelta(hours=9), attempts=0)
    sweep.apply().get()
    sweep.apply().get()
    assert value("stackroom_outbox_late_seconds") < 60
    assert value("stackroom_outbox_given_up") == given_up - 1


def test_what_waits_for_a_suspended_organisation_is_no_backlog(north: House) -> None:
    wait_since(north, timedelta(hours=2), attempts=0)
    north.suspend()
    sweep.apply().get()
    assert value("stackroom_outbox_late_seconds") < 3600
