"""Celery as in production: Redis between the processes, one worker that forks two."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests

from config import Settings
from stackroom.core import outbox
from stackroom.core.http import Stackroom
from stackroom.jobs import celery as jobs
from stackroom.notifications.mail import FolderMailer
from stackroom.testing import servers, telemetry
from stackroom.testing.house import House, open_house
from stackroom.testing.serving import GRACE, environment
from stackroom.testing.telemetry import Collector, attributes

pytestmark = pytest.mark.slow
PATIENCE = 60.0  # seconds
COMMAND = [sys.executable, "-m", "celery", "-q", "-A", "stackroom.worker", "worker"]


@dataclass(slots=True)
class Worker:
    process: subprocess.Popen[bytes]
    log: Path
    metrics_port: int
    collector: Collector

    def metrics(self) -> str:
        return requests.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=30).text

    def count(self, job: str, outcome: str) -> int:
        series = f'stackroom_jobs_total{{job="{job}",outcome="{outcome}"}} '
        found = [line for line in self.metrics().splitlines() if line.startswith(series)]
        return int(float(found[0].removeprefix(series))) if found else 0

    def lines(self, event: str) -> list[dict[str, Any]]:
        read = (json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{")
        return [line for line in read if line["event"] == event]

    def until(self, done: Callable[[], bool], what: str) -> None:
        began = time.monotonic()
        while not done():
            assert time.monotonic() - began < PATIENCE, f"{what}:\n{self.log.read_text()}"
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def with_broker(app: Stackroom, settings: Settings) -> Iterator[Settings]:
    """This process wakes a worker through Redis, as one that serves pages does."""
    with servers.redis() as redis:
        shared = settings.model_copy(update={"broker_url": redis.url})
        begin(app, shared)
        yield shared
        begin(app, settings)
        outbox.wake_with(None)


def begin(app: Stackroom, settings: Settings) -> None:
    jobs.celery._after_fork()  # type: ignore[attr-defined]  # a new process has no connection yet
    jobs.install(app, settings)


@pytest.fixture(scope="module")
def worker(with_broker: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    log, port = tmp_path_factory.mktemp("worker") / "log", servers.free_port()
    silos = {name: silo.model_dump() for name, silo in with_broker.silos.items()}
    with telemetry.collector() as collector, log.open("wb") as output:
        variables = environment(
            with_broker.data_dir, env="testing", database_url=with_broker.database,
            broker_url=with_broker.broker_url, redis_url=with_broker.broker_url,
            log_level="INFO", silos=json.dumps(silos),
            otlp_endpoint=collector.endpoint, worker_metrics_port=str(port),
        )  # fmt: skip
        options = ["--concurrency", "2", "--loglevel", "WARNING"]
        process = subprocess.Popen(
            [*COMMAND, *options], env=variables, stdout=output, stderr=output
        )
        try:
            yield Worker(process, log, port, collector)
            process.terminate()
            process.wait(GRACE)
        finally:
            process.kill()


def mailed(house: House) -> list[str]:
    box = FolderMailer(house.app.settings.data_dir / "mail")
    return [mail["To"] for mail in box.delivered(str(house.tenant.uuid))]


def test_many_organisations_at_once_are_kept_apart(app: Stackroom, worker: Worker) -> None:
    """Both forks work at the same time, each on a connection of its own to the database."""
    houses = [open_house(app, f"at-once-{number}") for number in range(12)]
    worker.until(lambda: all(mailed(house) for house in houses), "mails are missing")
    assert [mailed(house) for house in houses] == [[house.email("admin")] for house in houses]
    assert worker.lines("outbox_message_failed") == []


def test_what_a_request_causes_is_told_under_its_name(app: Stackroom, worker: Worker) -> None:
    """A line and a span, each with the organisation and the request that woke the worker."""
    house = open_house(app, "asking")
    file = (BytesIO(b"title\nThe only one\n"), "gift.csv")
    answer = house.api("librarian").post("/api/v1/imports", data={"file": file})
    asked, ours = answer.headers["X-Request-Id"], str(house.tenant.uuid)

    def line() -> list[dict[str, Any]]:
        return [line for line in worker.lines("job") if line["request_id"] == asked]

    worker.until(lambda: bool(line()), "no line was written")
    assert (line()[0]["job"], line()[0]["tenant"]) == ("stackroom.deliver", ours)

    whose = {"stackroom.organisation": ours, "stackroom.request_id": asked}
    told = worker.collector.spans
    worker.until(lambda: whose in map(attributes, told()), "no span was sent")
    assert house.api("librarian").get(f"/api/v1/imports/{answer.json['id']}").json["created"] == 1


def test_a_message_without_an_envelope_is_refused_once_and_holds_up_nothing(
    app: Stackroom, worker: Worker
) -> None:
    """`send_task` goes by a name alone, past the class that would have refused here already."""
    jobs.celery.send_task("stackroom.deliver")
    worker.until(lambda: bool(worker.lines("job_refused")), "nothing was refused")
    house = open_house(app, "after-it")
    worker.until(lambda: bool(mailed(house)), "mails are missing")
    assert len(worker.lines("job_refused")) == 1
    worker.until(lambda: worker.count("stackroom.deliver", "refused") == 1, "it is not counted")


def test_both_forks_count_on_one_page_that_names_no_organisation(
    app: Stackroom, worker: Worker
) -> None:
    before = worker.count("stackroom.deliver", "done")
    houses = [open_house(app, f"counted-{number}") for number in range(6)]
    worker.until(lambda: worker.count("stackroom.deliver", "done") >= before + 6, "not counted")
    page = worker.metrics()
    assert "pid=" not in page
    assert not [house for house in houses if house.tenant.slug in page]


def test_a_sweep_tells_how_late_the_latest_message_is(app: Stackroom, worker: Worker) -> None:
    outbox.wake_with(None)
    open_house(app, "unheard")
    outbox.wake_with(jobs._wake)
    jobs.sweep.apply_async()
    worker.until(lambda: worker.count("stackroom.sweep", "done") >= 1, "nothing was swept")
    (late,) = re.findall(r"^stackroom_outbox_late_seconds (\S+)$", worker.metrics(), re.MULTILINE)
    assert float(late) > 0
