"""The page of an import hears of its progress while it runs: a site that has Redis."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import WebSocket, expect

from stackroom.testing import servers
from stackroom.testing.browsing import People
from stackroom.testing.serving import Served, served

pytestmark = pytest.mark.e2e
TITLES = 3000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("live")
    with (
        servers.redis() as redis,
        served("run", folder, rate_limits="false", redis_url=redis.url) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    return {}


def test_the_page_hears_how_far_its_import_is(people: People, tmp_path: Path) -> None:
    mark = secrets.token_hex(4)
    file = tmp_path / f"gift-{mark}.csv"
    file.write_text("title\n" + "".join(f"Gift {number} {mark}\n" for number in range(TITLES)))
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: heard.append(str(frame)))

    page = people.person("librarian")
    page.on("websocket", listen)
    page.goto("/imports")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-count=created]")).to_have_text(f"{TITLES:,}")
    news = [frame for frame in heard if '"news"' in frame]
    assert news
    assert f'"filename":"{file.name}"' in news[-1]
