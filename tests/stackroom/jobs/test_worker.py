"""Celery as in production: Redis between the processes, one worker that forks two."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config import Settings
from stackroom.core import outbox
from stackroom.core.http import Stackroom
from stackroom.jobs import celery as jobs
from stackroom.notifications.mail import FolderMailer
from stackroom.testing import servers
from stackroom.testing.house import House, open_house
from stackroom.testing.serving import GRACE, environment

pytestmark = pytest.mark.slow
PATIENCE = 60.0  # seconds
COMMAND = [sys.executable, "-m", "celery", "-q", "-A", "stackroom.worker", "worker"]


@dataclass(slots=True)
class Worker:
    process: subprocess.Popen[bytes]
    log: Path

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
    log = tmp_path_factory.mktemp("worker") / "log"
    silos = {name: silo.model_dump() for name, silo in with_broker.silos.items()}
    variables = environment(
        with_broker.data_dir, env="testing", database_url=with_broker.database,
        broker_url=with_broker.broker_url, log_level="INFO", silos=json.dumps(silos),
    )  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "--concurrency", "2", "--loglevel", "WARNING"],
            env=variables, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield Worker(process, log)
        process.terminate()
        process.wait(GRACE)
    finally:
        process.kill()


def mailed(house: House) -> list[str]:
    box = FolderMailer(house.app.settings.data_dir / "mail")
    mine = str(house.tenant.uuid)
    return [mail["To"] for mail in box.delivered() if mail["X-Stackroom-Organisation"] == mine]


def test_many_organisations_at_once_are_kept_apart(app: Stackroom, worker: Worker) -> None:
    """Both forks work at the same time, each on a connection of its own to the database."""
    houses = [open_house(app, f"at-once-{number}") for number in range(12)]
    worker.until(lambda: all(mailed(house) for house in houses), "mails are missing")
    assert [mailed(house) for house in houses] == [[house.email("admin")] for house in houses]
    assert worker.lines("outbox_message_failed") == []
