"""One real `stackroom run` for all browser tests of a process: SQLite, worker, demo libraries."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from stackroom.testing.browsing import People
from stackroom.testing.name_server import NAME_SERVER, NameServer, name_server
from stackroom.testing.servers import browser as chromium
from stackroom.testing.serving import Served, served

QUIET = """
    --disable-gpu --disable-quic --disable-background-networking --disable-component-update
    --disable-sync --no-first-run --disable-dev-shm-usage
""".split()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": str(chromium()), "args": QUIET}


@pytest.fixture(scope="session")
def dns() -> Iterator[NameServer]:
    with name_server() as serving:
        yield serving


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, dns: NameServer) -> Iterator[Served]:
    """Without rate limits: here one address plays everybody."""
    names = {"dns_servers": f'["{NAME_SERVER}"]', "dns_port": str(dns.port)}
    with served("run", tmp_path_factory.mktemp("site"), rate_limits="false", **names) as running:
        yield running


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    return {}


@pytest.fixture
def people(browser: Browser, site: Served, signed_in: dict[str, Any]) -> Iterator[People]:
    """No page may complain in its console, break its policy or ask another host."""
    made = People(browser, site, signed_in)
    yield made
    made.leave()
    assert made.faults == []
