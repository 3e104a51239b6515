"""Many writers at once: each write stands in history once, under the name of who made it.

Continuum's own unit of work, which shares dictionaries between threads, fails here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing import writers
from stackroom.testing.databases import TestDatabase
from stackroom.testing.writers import Writer

PEOPLE, COUNT = 8, 25
GREENLETS = f"""
from gevent import monkey
monkey.patch_all()  # before anything else is imported, as the server's workers do

import json
import gevent
from config import load
from stackroom.app import create_app
from stackroom.testing import writers

hired = writers.writers(create_app(load()), {PEOPLE}, {COUNT}, lambda: gevent.sleep(0))
order = []
def work(writer):
    order.append(writer)
    writer.work()
    order.append(writer)
gevent.joinall([gevent.spawn(work, writer) for writer in hired], raise_error=True)
together = len(set(map(id, order[:{PEOPLE}])))
print(json.dumps({{"faults": writers.faults(hired), "together": together}}))
"""


@pytest.fixture
def impatient() -> Iterator[None]:
    """The interpreter switches threads 500 times as often as it would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_threads_do_not_mix_their_histories(app: Stackroom) -> None:
    hired = writers.writers(app, PEOPLE, COUNT, lambda: None)
    with ThreadPoolExecutor(PEOPLE) as threads:
        list(threads.map(Writer.work, hired))
    assert writers.faults(hired) == []


@pytest.mark.slow
def test_greenlets_do_not_mix_their_histories(
    database: TestDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = {
        **os.environ,
        "STACKROOM_ENV": "testing",
        "STACKROOM_DATABASE_URL": database.app_url,
        "STACKROOM_DATA_DIR": str(tmp_path_factory.mktemp("data")),
    }
    ended = subprocess.run(
        [sys.executable, "-c", GREENLETS],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == {"faults": [], "together": PEOPLE}


def test_the_proof_notices_what_is_missing_and_what_is_too_much(app: Stackroom) -> None:
    first, second = writers.writers(app, 2, 1, lambda: None)
    first.work()
    assert [fault.split(":")[0] for fault in writers.faults([second])] == ["missing"] * 3
    idle = replace(first, count=0)
    assert [fault.split(":")[0] for fault in writers.faults([idle])] == ["too much"] * 3
