"""Metrics stay few, whatever clients send, and tell nothing of any organisation."""

from prometheus_client import REGISTRY
from prometheus_client.samples import Sample

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
