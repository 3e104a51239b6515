"""Runs every stage, whatever becomes of the earlier ones, and sums up: `make test`."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from stackroom.testing import servers
from tools import services
from tools.report import Outcome, outcome, summary
from tools.stages import ISOLATION, ISOLATION_RESULTS, QUICK, REPORT, RESULTS, TEST, Stage
from tools.steps import Fault, environment

LONGEST = 2700  # seconds after which a stage hangs rather than works
SHOWN = 200  # lines of a failed stage that the terminal repeats


def main() -> None:
    stages = chosen()
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    if REPORT in stages[1:]:
        shutil.rmtree(ISOLATION_RESULTS, ignore_errors=True)  # no report of an earlier run
    needs = dict.fromkeys(need for stage in stages for need in stage.needs)
    try:
        services.need(needs)
    except Fault as fault:
        sys.exit(f"The tests cannot run: {fault}")
    with started(needs) as addresses:
        outcomes = [run(stage, addresses) for stage in stages]
    print(summary(outcomes))
    sys.exit(0 if all(each.ok for each in outcomes) else 1)


def chosen() -> Sequence[Stage]:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="the stages of `make check`")
    options.add_argument(
        "--isolation", action="store_true", help="the stages of `make isolation-report`"
    )
    options.add_argument("--only", choices=[stage.name for stage in TEST])
    asked = options.parse_args()
    if asked.quick:
        return QUICK
    if asked.isolation:
        return ISOLATION
    return [stage for stage in TEST if asked.only in (None, stage.name)]


@contextmanager
def started(needs: Sequence[str] | dict[str, None]) -> Iterator[dict[str, str]]:
    """Start each server once for all stages; tests find it by its variable."""
    addresses = {}
    with ExitStack() as running:
        if "postgresql" in needs:
            cluster = running.enter_context(servers.postgres())
            addresses["STACKROOM_TEST_POSTGRES_URL"] = cluster.superuser_url
        if "redis" in needs:
            addresses["STACKROOM_TEST_REDIS_URL"] = running.enter_context(servers.redis()).url
        yield addresses


def run(stage: Stage, addresses: dict[str, str]) -> Outcome:
    print(f"{stage.name:15} ", end="", flush=True)
    began = time.monotonic()
    code = follow(stage, environment() | addresses | {"COVERAGE_FILE": str(RESULTS / ".coverage")})
    result = outcome(stage, ok=code == 0, seconds=time.monotonic() - began)
    print(f"{'ok' if result.ok else 'FAILED':6} {result.seconds:6.1f} s", flush=True)
    if not result.ok:
        lines = stage.log.read_text(errors="replace").splitlines()
        print(*(f"  | {line}" for line in lines[-SHOWN:]), f"  all of it: {stage.log}", sep="\n")
    return result


def follow(stage: Stage, variables: dict[str, str]) -> int:
    """The exit code; 1 for a program that is missing or hangs. Leaves no process behind."""
    with stage.log.open("w") as log:
        try:
            process = subprocess.Popen(
                stage.command,
                cwd=stage.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        except OSError as missing:
            log.write(f"{stage.command[0]} cannot be started: {missing}")
            return 1
        try:
            return process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            log.write(f"\nstopped: not done after {LONGEST} seconds")
            return 1
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    main()
