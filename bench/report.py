"""One line for each thing measured: the goal, what came out, and whether that will do."""

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("goal", "database", "what", "measured", "bound", "verdict")


@dataclass(frozen=True, slots=True)
class Result:
    """`value` is held against `bound`; without a bound a line is told for comparison."""

    goal: str
    database: str
    what: str
    measured: str
    value: float
    bound: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.bound is None:
            return "–"
        met = self.value >= self.bound if self.at_least else self.value <= self.bound
        return "met" if met else "NOT MET"

    @property
    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        bound = "–" if self.bound is None else f"{sign} {self.bound:g}"
        return (self.goal, self.database, self.what, self.measured, bound, self.verdict)


def table(results: Iterable[Result]) -> str:
    """Markdown whose columns also line up in a terminal."""
    rows = [HEADINGS, *(result.cells for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(cells)} |"
