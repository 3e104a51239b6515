"""The server as it is served: gunicorn, gevent, two processes, the worker beside them."""

import json
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stackroom.demo import PASSWORD
from stackroom.testing import databases, servers
from stackroom.testing.databases import TestDatabase
from stackroom.testing.serving import GRACE, STACKROOM, Served, environment, served

pytestmark = pytest.mark.slow

LIBRARIAN = "librarian@north.example"


@pytest.fixture(scope="module")
def empty_database(
    dialect: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestDatabase]:
    with databases.empty(dialect, tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module")
def settings(empty_database: TestDatabase) -> dict[str, str]:
    """As in production, but for what only a proxy with TLS can give."""
    both = {"database_url": empty_database.app_url}
    if empty_database.owner_url != empty_database.app_url:
        both["database_owner_url"] = empty_database.owner_url
    return {
        **both, "env": "testing", "base_domain": "stackroom.test", "web_workers": "2",
        "log_level": "INFO",
    }  # fmt: skip


@pytest.fixture(scope="module")
def site(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("run", tmp_path_factory.mktemp("data"), **settings) as running:
        yield running


def test_two_processes_of_gevent_answer(site: Served) -> None:
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text()
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children.split()]
    assert sum("stackroom.server" in command for command in commands) == 2
    assert site.request("GET", "/readyz").json()["status"] == "ready"


def test_the_worker_delivers_the_mail_of_a_sign_up_within_seconds(site: Served) -> None:
    slug = f"post-{secrets.token_hex(3)}"
    new = {
        "name": "Post", "slug": slug, "timezone": "UTC", "admin_name": "Pat",
        "admin_email": f"pat@{slug}.example", "password": "a lamp in the window",
    }  # fmt: skip
    assert site.request("POST", "/api/v1/organisations", json=new).status_code == 201

    began = time.monotonic()
    while not any(slug in mail.read_text() for mail in (site.log.parent / "mail").rglob("*.eml")):
        assert time.monotonic() - began < 30, "no mail was delivered"
        time.sleep(0.05)


def test_one_page_of_metrics_counts_every_process(site: Served) -> None:
    """Whichever of the two answers, it has the answers of both, and the worker's jobs."""
    series = 'stackroom_request_seconds_count{method="GET",route="/api/v1/bibs",status="2xx"} '

    def counted() -> float:
        page = site.request("GET", "/metrics").text
        assert 'stackroom_jobs_total{job="stackroom.deliver",outcome="done"}' in page
        return sum(float(line.split()[-1]) for line in page.splitlines() if series in line)

    before = counted()
    for _ in range(20):
        assert site.request("GET", "/api/v1/bibs", "north").status_code == 200
    assert [counted() for _ in range(6)] == [before + 20] * 6


def test_each_answer_leaves_one_line_of_json_with_request_and_organisation(site: Served) -> None:
    answer = site.request("GET", "/api/v1/bibs?q=secretly+searched", "north")
    asked = answer.headers["X-Request-Id"]
    (line,) = [line for line in lines(site) if line.get("request_id") == asked]
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/bibs", 200)
    assert re.fullmatch(r"[0-9a-f-]{36}", line["tenant"])


def lines(site: Served) -> list[dict[str, Any]]:
    """Every line that the web processes have written since the demo was seeded."""
    text = site.log.read_text()
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_libraries_log_in_the_same_form(site: Served) -> None:
    site.request("GET", "/readyz")  # makes Alembic talk
    assert not re.search(r"^\[?\d{4}-\d\d-\d\d.*INFO", site.log.read_text(), re.MULTILINE)


def test_no_line_holds_a_password_a_token_or_a_key(site: Served) -> None:
    headers = site.sign_in("north", LIBRARIAN, PASSWORD)
    wrong = {"email": LIBRARIAN, "password": "an unlucky guess"}
    site.request("POST", "/api/v1/auth/tokens", "north", json=wrong)
    site.request("GET", "/verify?token=a-token-in-an-address")
    site.request("GET", "/api/v1/me", "north", headers=headers)

    said = json.dumps(lines(site))
    assert '"/api/v1/auth/tokens"' in said
    secret = headers["Authorization"].removeprefix("Bearer ")
    for word in (PASSWORD, "unlucky guess", "a-token-in-an-address", secret, "secretly"):
        assert word not in said
    assert "development-only-key" not in site.log.read_text()


def test_a_request_that_runs_is_finished_when_the_server_is_told_to_stop(
    settings: dict[str, str], site: Served, tmp_path: Path
) -> None:
    """It runs, because the server has answered `100 Continue` and waits for the body."""
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body += b"title\nThe last upload\n\r\n--x--\r\n"
    with served("serve", tmp_path, **settings) as stopping:
        token = stopping.sign_in("north", LIBRARIAN, PASSWORD)["Authorization"]
        head = (
            "POST /api/v1/imports HTTP/1.1\r\nHost: north.stackroom.test\r\n"
            f"Authorization: {token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", stopping.port), timeout=GRACE) as upload:
            upload.sendall(head.encode())
            assert upload.recv(1000).startswith(b"HTTP/1.1 100 Continue")
            stopping.process.terminate()
            refuses_connections(stopping)
            upload.sendall(body)
            answer = b"".join(iter(lambda: upload.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 202")
        assert stopping.process.wait(GRACE) == 0


def refuses_connections(site: Served) -> None:
    """The listening socket is closed: the stop has been heard."""
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", site.port)) != 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server still listens")


def test_a_taken_port_is_one_sentence_with_the_remedy(
    site: Served, settings: dict[str, str], tmp_path: Path
) -> None:
    refused = start(settings, tmp_path, "serve", "--port", str(site.port))
    assert refused.returncode == 1
    (sentence,) = refused.stderr.splitlines()
    assert f"Port {site.port} on 127.0.0.1 cannot be used" in sentence
    assert f"PORT={site.port + 1}" in sentence


def test_a_database_role_that_could_bypass_the_wall_does_not_serve(
    site: Served, settings: dict[str, str], tmp_path: Path, empty_database: TestDatabase
) -> None:
    """SQLite has no roles: there the owner of the file serves, as `site` does."""
    if empty_database.owner_url == empty_database.app_url:
        assert site.request("GET", "/readyz").status_code == 200
        return
    as_owner = {**settings, "database_url": empty_database.owner_url}
    refused = start(as_owner, tmp_path, "serve", "--port", str(servers.free_port()))
    assert refused.returncode == 1
    (sentence,) = refused.stderr.splitlines()
    assert "could bypass row-level security" in sentence


def start(
    settings: dict[str, str], data_dir: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*STACKROOM, *arguments],
        env=environment(data_dir, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=GRACE,
    )
