"""As it is served: gunicorn with gevent, two web processes, a worker, and Redis between them."""

import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from stackroom.demo import PASSWORD
from stackroom.testing import databases, servers
from stackroom.testing.listening import Listener
from stackroom.testing.serving import Served, served

pytestmark = pytest.mark.slow

LIBRARIAN = "librarian@north.example"
DOMAIN = "stackroom.test"


@pytest.fixture(scope="module")
def site(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("live")
    with databases.empty(dialect, folder) as made, servers.redis() as redis:
        settings = {"database_url": made.app_url, "redis_url": redis.url}
        if made.owner_url != made.app_url:
            settings["database_owner_url"] = made.owner_url
        with served(
            "run", folder / "data", env="testing", base_domain=DOMAIN, web_workers="2",
            **settings,
        ) as running:  # fmt: skip
            yield running


def listener(site: Served, headers: dict[str, str]) -> Listener:
    return Listener(site.port, f"north.{DOMAIN}", dict(headers))


def failed_import(site: Served, headers: dict[str, str]) -> str:
    """It can be resumed when somebody listens, and then fails again."""
    gift = {"file": ("gift.mrc", BytesIO(b"no records at all"))}
    answer = site.request("POST", "/api/v1/imports", "north", headers=headers, files=gift)
    address = f"/api/v1/imports/{answer.json()['id']}"
    began = time.monotonic()
    while (found := look(site, address, headers))["status"] != "failed":
        assert time.monotonic() - began < 60, found
        time.sleep(0.05)
    return str(found["id"])


def look(site: Served, address: str, headers: dict[str, str]) -> Any:
    return site.request("GET", address, "north", headers=headers).json()


def test_what_one_process_tells_is_heard_at_a_socket_of_another(site: Served) -> None:
    headers = site.sign_in("north", LIBRARIAN, PASSWORD)
    job_id = failed_import(site, headers)
    pages = [listener(site, headers) for _ in range(4)]
    for page in pages:
        assert page.join("import", job_id) == {"joined": "import"}

    site.request("POST", f"/api/v1/imports/{job_id}/resume", "north", headers=headers, json={})
    for page in pages:
        heard = [page.hear()["data"]["status"] for _ in range(3)]
        assert heard == ["queued", "running", "failed"]  # by a web process, then by the worker
        page.leave()


def test_signing_out_cuts_the_socket_off_at_once_whichever_process_holds_it(site: Served) -> None:
    headers = site.sign_in("north", LIBRARIAN, PASSWORD)
    pages = [listener(site, headers) for _ in range(4)]
    other = listener(site, site.sign_in("north", LIBRARIAN, PASSWORD))
    site.request("DELETE", "/api/v1/auth/tokens", "north", headers=headers).raise_for_status()
    for page in pages:
        assert page.cut_off.wait(20)
    assert not other.cut_off.is_set()
    other.leave()


def test_an_open_socket_does_not_hold_up_a_stop(site: Served) -> None:
    """Last in this file: the site is gone afterwards."""
    page = listener(site, site.sign_in("north", LIBRARIAN, PASSWORD))
    began = time.monotonic()
    assert site.stop() == 0
    assert time.monotonic() - began < 25  # gunicorn would have waited for 30
    assert page.cut_off.wait(20)
