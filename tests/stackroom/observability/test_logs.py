"""Each line says in which request and for which organisation it was written."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config import Settings
from stackroom.observability import logs
from stackroom.testing.house import House


@pytest.fixture
def production_like(settings: Settings) -> Iterator[None]:
    logs.configure(settings.model_copy(update={"log_level": "INFO"}))
    yield
    logs.configure(settings)


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def test_a_line_names_request_and_organisation(
    north: House, production_like: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with north.work("librarian"):
        structlog.get_logger().info("shelved", copies=3)
        librarian = str(north.account("librarian").id)
    (line,) = lines(capsys.readouterr().out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "shelved", "copies": 3, "level": "info", "request_id": "test",
        "tenant": str(north.tenant.uuid), "actor": librarian,
    }  # fmt: skip


def test_a_line_outside_of_both_names_neither(
    production_like: None, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.get_logger().info("started")
    (line,) = lines(capsys.readouterr().out)
    assert set(line) == {"event", "level", "timestamp"}


def test_a_request_is_noted_by_its_route(
    north: House, production_like: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither what was searched for nor whose record it was is any log's business."""
    answer = north.anonymous().get("/catalogue?q=divorce")
    (line,) = lines(capsys.readouterr().out)
    assert (line["event"], line["route"], line["status"]) == ("request", "/catalogue", 200)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["ms"] >= 0
    assert "divorce" not in json.dumps(line)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/dist/icon.svg"])
def test_probes_and_assets_are_not_noted(
    north: House, production_like: None, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    assert north.anonymous().get(path).status_code == 200
    assert capsys.readouterr().out == ""


def test_an_unknown_address_is_noted_without_it(
    north: House, production_like: None, capsys: pytest.CaptureFixture[str]
) -> None:
    north.anonymous().get("/reset/some-secret-token")
    (line,) = lines(capsys.readouterr().out)
    assert (line["route"], line["status"]) == (None, 404)
    assert "some-secret-token" not in json.dumps(line)


def test_an_error_nobody_expected_is_written_with_its_traceback(
    production_like: None, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.get_logger().error("unexpected_error", exc_info=ZeroDivisionError("no shelf"))
    (line,) = lines(capsys.readouterr().out)
    assert "ZeroDivisionError: no shelf" in line["exception"]
