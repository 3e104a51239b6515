"""What a process holds: a worker over many requests, and an import, an export and a
restoration of ten times the records.

Each is measured in a process of its own, on SQLite, by the highest resident size it ever had.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.dealing import opened
from bench.ground import SQLITE, Ground, prepared
from bench.importing import made_up
from bench.report import Result
from bench.serving import in_process
from bench.sizes import Sizes
from stackroom.catalogue.imports import runner, service
from stackroom.core.database import transaction
from stackroom.files.adapters import files
from stackroom.testing.bundles import Home, second_home
from stackroom.testing.furnish import add_bib

FEW = 50
WARM_UP = 1_000
STATUS = Path("/proc/self/status")


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    if ground.name != SQLITE:
        return
    at_first, at_last = _elsewhere("worker", sizes.requests)
    grown = at_last - at_first
    yield Result("G20", ground.name, "a worker, MiB", f"{at_last:.0f}", at_last, 150)
    yield Result(
        "G20", ground.name, f"its growth over {sizes.requests} requests, MiB", f"{grown:.1f}",
        grown, 5,
    )  # fmt: skip
    at_few, at_many = _elsewhere("organisations", sizes.organisations)
    yield Result(
        "G20", ground.name, f"a worker that has served {sizes.organisations} organisations / {FEW}",
        f"{at_many / at_few:.2f} ({at_many:.0f} MiB)", at_many / at_few, 1.1,
    )  # fmt: skip
    (few,), (many,) = (_elsewhere("import", sizes.records * times) for times in (1, 10))
    yield Result(
        "G14", ground.name, f"import, memory at {sizes.records * 10} / {sizes.records} records",
        f"{many / few:.2f} ({many:.0f} MiB)", many / few, 1.1,
    )  # fmt: skip
    for what in ("export", "restore"):
        (few,), (many,) = (_elsewhere(what, sizes.records * times) for times in (1, 10))
        yield Result(
            "G14", ground.name, f"{what}, memory at {sizes.records * 10} / {sizes.records} records",
            f"{many / few:.2f} ({many:.0f} MiB)", many / few, 1.1,
        )  # fmt: skip


def _elsewhere(what: str, number: int) -> list[float]:
    """The first process leaves the bytecode; the second is measured, as a started server is."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for last in (["-c", "import bench.memory"], ["-m", "bench.memory", what, str(number)]):
        done = subprocess.run(  # noqa: S603 - this very module
            [sys.executable, *last], capture_output=True, check=True, text=True, env=environment
        )
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _peak(kind: str = "VmHWM") -> float:
    """MiB, the most or with "VmRSS" the present. Linux carries `ru_maxrss` over from the process
    that started this one, so its own count is read there."""
    if STATUS.exists():
        return next(
            int(line.split()[1]) / 2**10
            for line in STATUS.read_text().splitlines()
            if line.startswith(kind)
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _worker(ground: Ground, requests: int) -> list[float]:
    """After a warm-up, and after all the requests: reading, listing and searching in turn."""
    with ground.house.work():
        bib_id = add_bib().id
    host, token = ground.house.tenant.host, ground.house.api("librarian").token
    paths = (f"/api/v1/bibs/{bib_id}", "/api/v1/bibs", "/api/v1/bibs?q=virtue", "/api/v1/me")
    calls = [in_process(ground.app, path, host, token) for path in paths]
    peaks = []
    for number in (WARM_UP, requests):
        for turn in range(number):
            calls[turn % len(calls)]()
        peaks.append(_peak())
    return peaks


def _organisations(ground: Ground, number: int) -> list[float]:
    """After serving a few, and after serving them all: what is remembered of each is bounded."""
    held, readers = [], [opened(ground, f"served-{turn}", 1) for turn in range(number)]
    for wanted in (FEW, number):
        for reader in readers[:wanted]:
            in_process(ground.app, "/api/v1/bibs", reader.house.tenant.host, reader.token)()
        held.append(_peak("VmRSS"))
    return held


def _import(ground: Ground, records: int) -> list[float]:
    shelf = files(ground.app.settings)
    with tempfile.TemporaryFile() as stream, ground.inside():
        for number in range(records):
            stream.write(made_up(number))
        stream.seek(0)
        with transaction():
            job = service.create(stream, filename="bench.mrc", files=shelf).id
        runner.run(job, shelf)
        with transaction():
            if service.job(job).created != records:
                raise RuntimeError("the import has lost records")
    return [_peak()]


def _export(ground: Ground, records: int) -> list[float]:
    _import(ground, records)
    with tempfile.TemporaryDirectory() as folder:
        _forget_peak()
        Home(ground.app).take(ground.house, Path(folder, "left.zip"))
        return [_peak()]


def _restore(ground: Ground, records: int) -> list[float]:
    _import(ground, records)
    with tempfile.TemporaryDirectory() as folder:
        Home(ground.app).take(ground.house, Path(folder, "left.zip"))
        with second_home(Path(folder, "elsewhere")) as elsewhere:
            _forget_peak()
            elsewhere.bring(Path(folder, "left.zip"))
        return [_peak()]


def _forget_peak() -> None:
    """What was needed to make the records is none of theirs; Linux counts anew from here."""
    gc.collect()
    STATUS.with_name("clear_refs").write_text("5")


if __name__ == "__main__":
    with prepared(SQLITE) as ground:
        work = {
            "worker": _worker, "organisations": _organisations, "import": _import,
            "export": _export, "restore": _restore,
        }[sys.argv[1]]  # fmt: skip
        print(json.dumps(work(ground, int(sys.argv[2]))))
