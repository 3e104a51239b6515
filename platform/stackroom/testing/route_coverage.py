"""A pytest plugin: a whole run of the suite fails if it called some route never with success.

Zulip's idea. A run of a part of the suite does not judge; `make test` asks with `--every-route`.
A route that is there to say that it does nothing (501) succeeds by saying so.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

Route = tuple[str, str]
known: set[Route] = set()
called: set[Route] = set()


def _note(app: Flask, response: Response, **_: Any) -> None:
    if request.url_rule is None or request.routing_exception is not None:
        return
    known.update(_routes(app))
    if response.status_code < 400 or response.status_code == HTTPStatus.NOT_IMPLEMENTED:
        called.add((request.url_rule.endpoint, request.method))


def _routes(app: Flask) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield rule.endpoint, method


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-route", action="store_true", help="fail if a route was not called")


def pytest_configure() -> None:
    request_finished.connect(_note)


def pytest_testnodedown(node: Any) -> None:
    """xdist: gather what each worker process has called."""
    for name, routes in (("known", known), ("called", called)):
        routes.update(map(tuple, getattr(node, "workeroutput", {}).get(name, ())))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput.update(known=sorted(known), called=sorted(called))
    elif session.config.getoption("--every-route") and (missing := sorted(known - called)):
        lines = "\n".join(f"  {method} {endpoint}" for endpoint, method in missing)
        print(f"\nNo test has called these routes with success:\n{lines}")  # noqa: T201
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
