"""Controls: what a feature has checked in the audit trail, and what a check finds.

Findings name entries of the trail and never repeat what those say of a patron: they are kept for
good, and a patron who is forgotten must not live on in them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from stackroom.core.schemas import In, Instant, Out

FINDINGS_KEPT = 2_000
ENTRIES_NAMED = 50
"""Of one finding; its figures count all."""


@dataclass(frozen=True, slots=True)
class Span:
    """`since` belongs to it, `until` does not. Without a library: all of them. `zone` is the
    library's or the organisation's."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    library_id: UUID | None = None


class Parameters(In):
    """What an auditor may set; each with a title, a description and a default."""

    model_config = ConfigDict(frozen=True)


class Figure(Out):
    name: str
    value: float | str


def measured(figures: Mapping[str, float | str]) -> list[Figure]:
    """A list keeps its order in JSONB, which an object does not."""
    return [Figure(name=name, value=value) for name, value in figures.items()]


class Finding(Out):
    what: str = Field(description="without names of patrons: the entries tell those")
    who: str = Field("", description="the member of staff, as they were called then")
    who_id: UUID | None = None
    at: Instant | None = None
    subject_type: str = ""
    subject_id: UUID | None = None
    figures: list[Figure] = Field([], description="in the order to be shown")
    outlier: bool = Field(False, description="stands out, by the rule that the control states")
    entries: list[str] = Field([], description="ids of entries of the trail, at most 50")

    def figure(self, name: str) -> float:
        """Raises StopIteration where there is none of this name."""
        return float(next(each.value for each in self.figures if each.name == name))


class Bar(Out):
    label: str
    value: float
    outlier: bool = False


class Findings(Out):
    looked_at: int = Field(description="acts, or accounts, that were looked at")
    rows: list[Finding] = Field([])
    measure: str = Field("", description="what the bars count")
    bars: list[Bar] = Field([])
    notes: list[str] = Field([], description="what one must know to read this")
    cut: bool = Field(False, description="there is more than is kept: choose a shorter span")


@dataclass(frozen=True, slots=True)
class Control:
    """`why` is a sentence for people. `run` asks a bounded number of statements, each by an index
    of the trail, and gets an instance of `parameters`."""

    key: str
    title: str
    why: str
    parameters: type[Parameters]
    run: Callable[[Span, Any], Findings]
    by_library: bool = True
    """Whether what it looks at belongs to libraries."""


def kept(rows: Sequence[Finding], **rest: Any) -> Findings:
    """The first of `rows`, and whether there were more."""
    cut = bool(rest.pop("cut", False)) or len(rows) > FINDINGS_KEPT
    return Findings(rows=list(rows[:FINDINGS_KEPT]), cut=cut, **rest)
