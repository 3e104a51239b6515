"""Reads what the stages left behind and sums it up."""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from tools.stages import Stage


@dataclass(frozen=True)
class Outcome:
    stage: Stage
    ok: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skips: list[str] = field(default_factory=list)


def outcome(stage: Stage, *, ok: bool, seconds: float) -> Outcome:
    """Count the stage's tests, if it had any, from its JUnit file."""
    if not stage.junit.exists():
        return Outcome(stage, ok, seconds)
    cases = list(ElementTree.parse(stage.junit).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or is_error(case)]
    skipped = [case for case in cases if case.find("skipped") is not None]
    passed = len(cases) - len(failed) - len(skipped)
    return Outcome(stage, ok, seconds, passed, len(failed), [reason(case) for case in skipped])


def is_error(case: ElementTree.Element) -> bool:
    return case.find("error") is not None


def reason(case: ElementTree.Element) -> str:
    skipped = case.find("skipped")
    why = "" if skipped is None else skipped.get("message") or ""
    return f"{case.get('classname')}.{case.get('name')}: {why or 'no reason given'}"


def summary(outcomes: list[Outcome]) -> str:
    """A table of stages, every skip, the coverage; the last line counts the tests."""
    lines = ["", "stage           result  seconds  passed  failed  skipped"]
    lines += [row(each) for each in outcomes]
    lines += [f"skipped in {each.stage.name}: {skip}" for each in outcomes for skip in each.skips]
    lines += [coverage(each.stage) for each in outcomes if each.stage.name == "coverage"]
    lines += [isolation(each.stage) for each in outcomes if each.stage.name == "isolation"]
    if broken := [each.stage.name for each in outcomes if not each.ok]:
        lines.append(f"failed stages: {', '.join(broken)}")
    passed, failed = sum(each.passed for each in outcomes), sum(each.failed for each in outcomes)
    skipped = sum(len(each.skips) for each in outcomes)
    return "\n".join([*lines, f"{passed} passed, {failed} failed, {skipped} skipped"])


def row(each: Outcome) -> str:
    result = "ok" if each.ok else "FAILED"
    counts = (
        f"{each.passed:8}{each.failed:8}{len(each.skips):9}" if each.stage.junit.exists() else ""
    )
    return f"{each.stage.name:15} {result:6}{each.seconds:9.1f}{counts}"


def coverage(stage: Stage) -> str:
    found = re.search(r"^TOTAL.*?(\S+%)$", stage.log.read_text(), re.MULTILINE)
    return f"coverage of lines and branches: {found[1] if found else 'not measured'}"


def isolation(stage: Stage) -> str:
    """The last line of what `tools.isolation` has printed."""
    return f"isolation: {(stage.log.read_text().splitlines() or ['no report'])[-1]}"
