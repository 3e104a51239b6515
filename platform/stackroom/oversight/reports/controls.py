"""Who took data of patrons away, looked behind a pseudonym, or at many records. Declared here,
because the acts belong to several features below and beside this one."""

from collections import defaultdict

from pydantic import Field

from stackroom.audit.acts import READ_AT_MOST, Act, acts, counts, named
from stackroom.core.controls import (
    Bar,
    Control,
    Finding,
    Findings,
    Parameters,
    Span,
    kept,
    measured,
)
from stackroom.patrons.events import VIEWED

ASKED = ("export.requested", "audit_export.requested")
GONE = (
    "export.downloaded", "export.taken", "audit_export.downloaded", "audit.archive_taken",
    "seals.evidence_taken", "sample.taken",
)  # fmt: skip
"""Events by which data leaves; those of features that are not here leave none."""
REVEALED = ("audit.revealed", "audit.pseudonym_sought")
"""Events by which a pseudonym is lifted."""


class Looks(Parameters):
    viewed: int = Field(
        100, ge=1, le=100_000, title="Patron records looked at",
        description="Whoever looked at so many within the span is a finding.",
    )  # fmt: skip


def run(span: Span, asked: Looks) -> Findings:
    taken = acts(span, (*ASKED, *GONE, *REVEALED))
    viewed = counts(span, [VIEWED.action])
    many = {who: it for who, it in viewed.items() if it[1] >= asked.viewed}
    rows = [_taken(act) for act in taken]
    rows += [
        Finding(
            what=f"Looked at {number} patron records", who=name, who_id=who,
            figures=measured({"records": number}), outlier=True,
        )
        for who, (name, number) in many.items()
    ]  # fmt: skip
    numbers: dict[str, int] = defaultdict(int)
    for name, number in viewed.values():
        numbers[name] += number
    for act in taken:
        numbers[act.actor] += 1
    return kept(
        rows,
        looked_at=len(taken) + sum(number for _, number in viewed.values()),
        measure="patron records looked at, exports and reveals",
        bars=[Bar(label=who, value=n) for who, n in sorted(numbers.items(), key=lambda i: -i[1])],
        notes=["Marked: data that left the house, a pseudonym that was lifted, or many looks."],
        cut=len(taken) >= READ_AT_MOST,
    )


def _taken(act: Act) -> Finding:
    kind, _, verb = act.action.partition(".")
    return Finding(
        what=f"{kind.replace('_', ' ').capitalize()} {verb.replace('_', ' ')}",
        who=act.actor, who_id=act.actor_id, at=act.at,
        subject_type=act.subject_type, subject_id=act.subject_id,
        outlier=act.action not in ASKED,
        entries=named([act]),
    )  # fmt: skip


PATRON_DATA = Control(
    "reports.patron_data",
    "Patron data taken away or revealed",
    "What leaves the house cannot be called back, and nobody needs to read hundreds of records.",
    Looks,
    run,
    by_library=False,
)
