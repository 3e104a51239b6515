"""The report tells of each attack on both databases, and fails for a leak or for silence."""

from pathlib import Path
from typing import Any

import pytest

from tools import isolation


def row(**told: Any) -> dict[str, Any]:
    of = {"kind": "route", "subject": "/bibs", "act": "GET", "attack": "foreign <id>"}
    return {**of, "held": True, "detail": "", **told}


def run(*rows: dict[str, Any], leaks: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"rows": list(rows), "inspection": {"statements": 9, "scoped": 4, "leaks": list(leaks)}}


def test_walls_that_hold() -> None:
    report = isolation.build(
        {"sqlite": run(row()), "postgresql": run(row(detail="NoTenant"))}, "now"
    )
    assert report["held"]
    assert report["verdict"] == "2 attacks, none came through."
    (line,) = report["rows"]
    assert line["results"] == {
        "sqlite": "held: as for a value of nobody’s", "postgresql": "held: NoTenant"
    }  # fmt: skip


def test_a_leak_on_one_database_is_a_leak() -> None:
    leaking = run(row(held=False, detail="tells harbour"))
    report = isolation.build({"sqlite": run(row()), "postgresql": leaking}, "now")
    assert not report["held"]
    assert report["counts"][0]["leaks"] == {"sqlite": 0, "postgresql": 1}
    page = isolation.render(report)
    assert "<strong>LEAK</strong>: tells harbour" in page
    assert "foreign &lt;id&gt;" in page


@pytest.mark.parametrize(
    ("kept", "verdict"),
    [
        ({}, "Nothing was tried on SQLite and PostgreSQL."),
        ({"sqlite": run(row())}, "Nothing was tried on PostgreSQL."),
        (
            {"sqlite": run(row(), leaks=("SELECT",)), "postgresql": run(row())},
            "0 of 2 attacks came through; 1 statements past the wall.",
        ),
        (
            {"sqlite": run(row(), row(act="HEAD")), "postgresql": run(row())},
            "1 attacks were tried on one database only; run both anew.",
        ),
    ],
)
def test_silence_is_no_proof(kept: isolation.Kept, verdict: str) -> None:
    report = isolation.build(kept, "now")
    assert not report["held"]
    assert report["verdict"] == verdict


def test_it_reads_what_the_runs_have_left(tmp_path: Path) -> None:
    (tmp_path / "sqlite.json").write_text('{"rows": []}')
    assert isolation.read(tmp_path) == {"sqlite": {"rows": []}}
