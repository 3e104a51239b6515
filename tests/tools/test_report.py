"""The summary counts what the stages' own files say, and names every skip."""

from pathlib import Path

import pytest

from tools.report import Outcome, outcome, summary
from tools.stages import Stage

JUNIT = """<testsuites><testsuite>
  <testcase classname="tests.test_loans" name="test_renews"/>
  <testcase classname="tests.test_loans" name="test_recalls"><failure message="no"/></testcase>
  <testcase classname="tests.test_loans" name="test_opens"><error message="no"/></testcase>
  <testcase classname="tests.test_marc" name="test_harvest">
    <skipped message="the real records are not beside this repository"/>
  </testcase>
</testsuite></testsuites>"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = Stage(str(tmp_path / "loans"), ("true",))  # an absolute name keeps its files there
    made.junit.write_text(JUNIT)
    return made


def test_failures_and_errors_both_count_as_failed(stage: Stage) -> None:
    counted = outcome(stage, ok=False, seconds=1.0)

    assert (counted.passed, counted.failed, len(counted.skips)) == (1, 2, 1)


def test_every_skip_stands_with_its_reason(stage: Stage) -> None:
    shown = summary([outcome(stage, ok=False, seconds=1.0)])

    assert (
        "/loans: tests.test_marc.test_harvest: the real records are not beside this repository"
    ) in shown


def test_the_last_line_adds_up_all_stages(stage: Stage) -> None:
    stages = [outcome(stage, ok=False, seconds=1.0), outcome(stage, ok=False, seconds=1.0)]

    assert summary(stages).splitlines()[-1] == "2 passed, 4 failed, 2 skipped"


def test_a_failed_stage_without_tests_is_named() -> None:
    lint = Outcome(Stage("lint", ("false",)), ok=False, seconds=0.1)

    assert summary([lint]).splitlines()[-2:] == [
        "failed stages: lint",
        "0 passed, 0 failed, 0 skipped",
    ]
