"""A pytest plugin: keeps what the isolation tests have tried, for `make isolation-report`.

One row for each attack: `.cache/isolation/<database>.json`, written as the run ends, also by xdist.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest

from stackroom.testing.statements import inspection

KEPT = "stackroom_isolation"
KINDS = {
    "route": "Routes",
    "caller": "Routes, by who asks: nobody, a patron, staff without the permission and with it",
    "revoked": "Routes, asked with what was taken back",
    "forgery": "Forms, sent by another site",
    "attack": "Attacks told as stories",
    "model": "Models and their histories",
    "job": "Jobs: handlers, tasks, chores",
    "channel": "Realtime channels",
    "cache": "Caches",
    "table": "What the other organisation holds afterwards",
}
"""Kinds of attack, in the order of the report."""


@dataclass(frozen=True, slots=True)
class Row:
    """`kind`: route, model, job …; `subject` and `act`: what was tried on it; `attack`: how."""

    kind: str
    subject: str
    act: str
    attack: str
    held: bool
    detail: str


class Matrix:
    """What one test has tried. It fails at its end, with every leak and not only the first."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.rows: list[Row] = []

    def note(self, subject: str, act: str, attack: str, leak: str, detail: str = "") -> None:
        """`leak`: what went wrong; empty where the wall held. `detail`: how it held."""
        self.rows.append(Row(self.kind, subject, act, attack, not leak, leak or detail))

    @property
    def leaks(self) -> list[str]:
        return [
            f"{row.act} {row.subject}, {row.attack}: {row.detail}"
            for row in self.rows
            if not row.held
        ]


class Recording(Protocol):
    """Opens a matrix; `at_least`: so many attacks must have been tried."""

    def __call__(self, kind: str, at_least: int) -> AbstractContextManager[Matrix]: ...


@contextmanager
def recording(config: pytest.Config, kind: str, at_least: int) -> Iterator[Matrix]:
    """Raises AssertionError for leaks, and for a matrix that has tried next to nothing."""
    assert kind in KINDS, f"tell the report what “{kind}” is: KINDS in {__name__}"
    matrix = Matrix(kind)
    try:
        yield matrix
    finally:
        config.stash.setdefault(ROWS, []).extend(matrix.rows)
    assert not matrix.leaks, "\n".join(matrix.leaks)
    assert len(matrix.rows) >= at_least, f"only {len(matrix.rows)} attacks: is the surface drawn?"


@pytest.fixture
def matrix(request: pytest.FixtureRequest) -> Recording:
    """Opens one for a kind of attack, which the report will hold."""
    return partial(recording, request.config)


ROWS = pytest.StashKey[list[Row]]()


def pytest_testnodedown(node: Any) -> None:
    """xdist: gather what each worker process has tried."""
    rows = getattr(node, "workeroutput", {}).get(KEPT, "[]")
    node.config.stash.setdefault(ROWS, []).extend(Row(**row) for row in json.loads(rows))


def pytest_sessionfinish(session: pytest.Session) -> None:
    rows = [asdict(row) for row in session.config.stash.get(ROWS, [])]
    if hasattr(session.config, "workeroutput"):
        # as text: execnet drops all that a worker has to say for one str of a kind of its own,
        # such as a table's name
        session.config.workeroutput[KEPT] = json.dumps(rows)
    elif rows:
        database = session.config.getoption("--database")
        folder = Path(session.config.rootpath) / ".cache" / "isolation"
        folder.mkdir(parents=True, exist_ok=True)
        seen = {"statements": inspection.statements, "scoped": inspection.scoped}
        kept = {"rows": rows, "inspection": {**seen, "leaks": sorted(inspection.leaks)}}
        (folder / f"{database}.json").write_text(json.dumps(kept, indent=1))
