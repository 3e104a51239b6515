"""Writes the report on the walls, from what the test runs on both databases have tried.

It ends with an error for a leak, and for a database on which nothing was tried.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from stackroom.testing.isolation.results import KINDS
from tools.stages import ISOLATION_RESULTS

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NOT_TRIED = "not tried"
POSTGRESQL_ALONE = {"select past the ORM"}
"""SQLite has no wall of its own for reads, which is why nothing but the ORM may read (ADR 2)."""
Kept = dict[str, dict[str, Any]]
"""What the runs have left, by database."""


@dataclass(slots=True)
class Line:
    """One attack. `results`: how it was answered, by database; `leaked_on`: where it got in."""

    kind: str
    subject: str
    act: str
    attack: str
    results: dict[str, str] = field(default_factory=dict)
    leaked_on: list[str] = field(default_factory=list)

    @property
    def is_untried(self) -> bool:
        """On one database, where both should have been asked."""
        return NOT_TRIED in self.results.values() and self.act not in POSTGRESQL_ALONE


def main() -> None:
    kept = read(ISOLATION_RESULTS)
    report = build(kept, datetime.now(UTC).isoformat(timespec="seconds"))
    ISOLATION_RESULTS.mkdir(parents=True, exist_ok=True)
    (ISOLATION_RESULTS / "report.json").write_text(json.dumps(report, indent=1))
    page = ISOLATION_RESULTS / "report.html"
    page.write_text(render(report), encoding="utf-8")
    print(f"{report['verdict']} See {page}.")
    sys.exit(0 if report["held"] else 1)


def read(folder: Path) -> Kept:
    files = {name: folder / f"{name}.json" for name in DATABASES}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}


def build(kept: Kept, made_at: str) -> dict[str, Any]:
    lines = merged(kept)
    leaks = sum(len(line.leaked_on) for line in lines)
    unnamed = sum(len(found["inspection"]["leaks"]) for found in kept.values())
    missing = [told for name, told in DATABASES.items() if name not in kept]
    untried = sum(line.is_untried for line in lines)
    attacks = sum(len(found["rows"]) for found in kept.values())
    return {
        "made_at": made_at,
        "held": not (leaks or unnamed or missing or untried),
        "verdict": verdict(attacks, leaks, unnamed, untried, missing),
        "counts": counts(lines),
        "inspections": {DATABASES[name]: found["inspection"] for name, found in kept.items()},
        "rows": [
            {
                "kind": line.kind, "subject": line.subject, "act": line.act,
                "attack": line.attack, "held": not line.leaked_on, "results": line.results,
            }
            for line in lines
        ],
    }  # fmt: skip


def merged(kept: Kept) -> list[Line]:
    """One line for each attack, in the order of the sections, then of the subjects."""
    lines: dict[tuple[str, ...], Line] = {}
    for database, found in kept.items():
        for row in found["rows"]:
            key = (row["kind"], row["subject"], row["act"], row["attack"])
            line = lines.setdefault(key, Line(*key, dict.fromkeys(DATABASES, NOT_TRIED)))
            told = row["detail"] or "as for a value of nobody’s"
            line.results[database] = f"{'held' if row['held'] else 'LEAK'}: {told}"
            if not row["held"]:
                line.leaked_on.append(database)
    order = list(KINDS)
    return sorted(lines.values(), key=lambda line: (order.index(line.kind), line.subject))


def verdict(attacks: int, leaks: int, unnamed: int, untried: int, missing: list[str]) -> str:
    if missing:
        return f"Nothing was tried on {' and '.join(missing)}."
    if leaks or unnamed:
        return f"{leaks} of {attacks} attacks came through; {unnamed} statements past the wall."
    if untried:
        return f"{untried} attacks were tried on one database only; run both anew."
    return f"{attacks} attacks, none came through."


def counts(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """By kind: attacks, and leaks on each database."""
    found = []
    for kind, group in groupby(lines, key=lambda line: line.kind):
        alike = list(group)
        leaks = {name: sum(name in line.leaked_on for line in alike) for name in DATABASES}
        subjects = len({line.subject for line in alike})
        found.append({"kind": kind, "subjects": subjects, "attacks": len(alike), "leaks": leaks})
    return found


def render(report: dict[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    sections = [
        (kind, [(subject, list(rows)) for subject, rows in groupby(alike, _subject)])
        for kind, alike in groupby(report["rows"], lambda row: row["kind"])
    ]
    template = environment.get_template("isolation.html")
    return template.render(report=report, sections=sections, kinds=KINDS, databases=DATABASES)


def _subject(row: dict[str, Any]) -> str:
    return str(row["subject"])


if __name__ == "__main__":
    main()
