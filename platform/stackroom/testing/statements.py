"""A pytest plugin: reads every SQL statement that a run executes, and fails the run where our own
code touched a scoped table and did not name the organisation, or had none open.

It hangs on every engine there is, also on one that forgot the wall. A statement is judged once,
by its text; only one that is found wanting is followed to the line that sent it. What tests and
migrations send to look behind the wall is theirs to send.
"""

import os
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tenants import context
from tenants.orm import scoped_tables

ROOT = Path(__file__).parents[3]
OURS = tuple(str(ROOT / name) + os.sep for name in ("platform/stackroom", "tenants"))
NOT_JUDGED = str(Path(__file__).parent) + os.sep
"""What stands beside this file furnishes tests, and looks behind the wall for them."""
WALLED_BY_HAND = ("bib_search",)
"""Written by a migration alone: the search index has no model."""
WORD = r'"?(\w+)"?'
AFTER_A_TABLE = r"ON|WHERE|SET|JOIN|LEFT|INNER|CROSS|FULL|GROUP|ORDER|LIMIT|UNION|VALUES|FOR|USING"
REFERENCE = re.compile(
    rf"(?:FROM|JOIN|UPDATE|,)\s+{WORD}(?![\w.\"])(?:\s+AS\s+{WORD}|\s+(?!(?:{AFTER_A_TABLE})\b)(\w+)\b)?",
    re.IGNORECASE,
)
INSERT = re.compile(rf"INSERT INTO {WORD} \(([^)]*)\)", re.IGNORECASE)
EQUAL = re.compile(
    r"(?:(\w+)\.)?\"?tenant_id\"?(?: \+ \S+)? = (?:(\w+)\.tenant_id)?", re.IGNORECASE
)
NOTHING = re.compile(r"(?:WHERE|AND|ON) (?:0 = 1|false)\b", re.IGNORECASE)
"""A select that finds no row of anybody's. The wall writes it where no organisation is open on
purpose; SQLAlchemy does where it has seen that a filter can never hold."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`touches`: how often a scoped table is named; `fault`: what is missing; `sees_nothing`: it is
    cut so that no row is left."""

    touches: int = 0
    fault: str = ""
    sees_nothing: bool = False


@dataclass(slots=True)
class Inspection:
    """`leaks`: what is wrong, by the line of code that sent it."""

    statements: int = 0
    scoped: int = 0
    leaks: Counter[str] = field(default_factory=Counter)

    def look(self, conn: Any, _cursor: Any, statement: str, _params: Any, ctx: Any, _: Any) -> None:
        self.statements += 1
        verdict = judge(statement)
        if not verdict.touches:
            return
        self.scoped += 1
        fault = verdict.fault
        if context.current_or_none() is None:
            on_purpose = context.is_unscoped() and verdict.sees_nothing
            fault = "" if on_purpose else "no organisation is open"
        if fault and (origin := _origin(sys._getframe(1))):  # noqa: SLF001 - pytest's own way too
            test = os.environ.get("PYTEST_CURRENT_TEST", "no test")
            told = f"{origin}: {fault} ({test})\n    {' '.join(statement.split())[:500]}"
            self.leaks[told] += 1


@lru_cache(maxsize=50_000)
def judge(statement: str) -> Verdict:
    """Each time that a scoped table is named, its organisation must be, under the same name."""
    names = _scoped()
    insert = INSERT.search(statement)
    written = insert[1] if insert and insert[1] in names else ""
    if insert and written and "tenant_id" not in re.findall(r"\w+", insert[2]):
        return Verdict(1, f"a row of {written} is written without its organisation")
    read = Counter(
        found[2] or found[3] or found[1]
        for found in REFERENCE.finditer(statement)
        if found[1].lower() in names
    )
    touches = read.total() + bool(written)
    named = _named(statement, next(iter(read), ""))
    missing = read - named
    empty = len(NOTHING.findall(statement))
    names_all = missing.total() <= empty
    fault = "" if names_all else f"the organisation is not named for {', '.join(sorted(missing))}"
    return Verdict(touches, fault, empty >= touches)


def _named(statement: str, only: str) -> Counter[str]:
    """How often each table is held to an organisation; `only`: the one where none is written."""
    named = Counter[str]()
    for left, right in EQUAL.findall(statement):
        named[left or only] += 1
        named[right] += 1
    return named


@lru_cache(maxsize=1)
def _scoped() -> frozenset[str]:
    return frozenset(table.name for table in scoped_tables()) | frozenset(WALLED_BY_HAND)


def _origin(frame: FrameType | None) -> str:
    """The innermost line of this repository's own code; empty where it is a test's or a
    migration's."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(str(ROOT)) and f"{os.sep}.venv{os.sep}" not in file:
            ours = file.startswith(OURS) and not file.startswith(NOT_JUDGED)
            return f"{Path(file).relative_to(ROOT)}:{frame.f_lineno}" if ours else ""
        frame = frame.f_back
    return ""


inspection = Inspection()


def pytest_configure() -> None:
    event.listen(sa.Engine, "before_cursor_execute", inspection.look)


def pytest_unconfigure() -> None:
    event.remove(sa.Engine, "before_cursor_execute", inspection.look)


def pytest_testnodedown(node: Any) -> None:
    """xdist: gather what each worker process has seen."""
    output = getattr(node, "workeroutput", {})
    inspection.leaks.update(output.get("leaks", {}))
    inspection.statements += output.get("statements", 0)
    inspection.scoped += output.get("scoped", 0)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput.update(
            leaks=dict(inspection.leaks),
            statements=inspection.statements,
            scoped=inspection.scoped,
        )
    elif inspection.leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    tell = terminalreporter.write_line
    tell(f"{inspection.statements} SQL statements inspected, {inspection.scoped} on scoped tables")
    for leak, times in inspection.leaks.most_common():
        tell(f"past the wall, {times} times: {leak}", red=True)
