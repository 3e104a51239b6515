"""From what the reader yields to what the catalogue can take; pure, and outside any transaction."""

from dataclasses import dataclass, field
from typing import Any

from stackroom.catalogue.columns import columns_of
from stackroom.catalogue.marc import (
    ItemFields,
    ItemMapping,
    Outcome,
    Parsed,
    ReadWarning,
    TitleMissing,
    items,
)

LONGEST_CONTROL_NUMBER = 100


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is not taken; `code` is stable, `message` for whoever brought the file."""

    position: int
    code: str
    message: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be taken: the columns of its bib, its copies, and what was mended.

    `warnings` grows while the record is written; `mended` is what it begins with at each try.
    """

    position: int
    raw: bytes
    values: dict[str, Any]
    copies: tuple[ItemFields, ...]
    is_deleted: bool
    mended: tuple[ReadWarning, ...]
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def warn(self, code: str, message: str) -> None:
        self.warnings.append((code, message))

    def begin(self) -> None:
        self.warnings[:] = self.mended

    @property
    def control(self) -> tuple[str, str] | None:
        """(source, number), which names one record of one system."""
        number = self.values["control_number"]
        return (self.values["control_source"], number) if number else None


def prepare(outcome: Outcome, *, source: str, mapping: ItemMapping | None) -> Candidate | Refused:
    """`source` stands in for a record's missing 003."""
    if not isinstance(outcome, Parsed):
        return Refused(outcome.position, outcome.code, outcome.message, outcome.raw)
    try:
        values = columns_of(outcome.record)
    except TitleMissing as refusal:
        return Refused(outcome.position, refusal.code, str(refusal), outcome.raw)
    if len(values["control_number"] or "") >= LONGEST_CONTROL_NUMBER:
        # cut off, it could be taken for another record's
        message = f"The control number (001) has over {LONGEST_CONTROL_NUMBER - 1} characters."
        return Refused(outcome.position, "control_number_too_long", message, outcome.raw)
    if values["control_number"] and not values["control_source"]:
        values["control_source"] = source
    return Candidate(
        position=outcome.position,
        raw=outcome.raw,
        values=values,
        copies=tuple(items(outcome.record, mapping)) if mapping else (),
        is_deleted=outcome.record.leader[5] == "d",
        mended=outcome.warnings,
    )
