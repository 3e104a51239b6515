"""Who took data of patrons away, looked behind a pseudonym, or at many records. Declared here,
because the acts belong to several features below and beside this one."""

from collections import defaultdict

from pydantic import Field

from stackroom.audit.acts import READ_AT_MOST, Act, acts, counts, named
from stackroom.audit.events import EVENTS
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

TAKES_AWAY = ("export", "audit_export", "patron_export", "patron_data", "personal", "disclosure")
"""How events begin by which data leaves, or a pseudonym is lifted."""
REVEALS = (".revealed", ".disclosed", ".unmasked")
"""How others end."""


class Looks(Parameters):
    viewed: int = Field(
        100, ge=1, le=100_000, title="Patron records looked at",
        description="Whoever looked at so many within the span is a finding.",
    )  # fmt: skip


def run(span: Span, asked: Looks) -> Findings:
    taken = acts(span, actions())
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


def actions() -> list[str]:
    """Asked when a control runs: every feature has declared its events by then."""
    return sorted(
        action
        for action in EVENTS
        if action.partition(".")[0] in TAKES_AWAY or action.endswith(REVEALS)
    )


def _taken(act: Act) -> Finding:
    kind, _, verb = act.action.partition(".")
    return Finding(
        what=f"{kind.replace('_', ' ').capitalize()} {verb.replace('_', ' ')}",
        who=act.actor, who_id=act.actor_id, at=act.at,
        subject_type=act.subject_type, subject_id=act.subject_id,
        outlier=verb in ("downloaded", "taken") or act.action.endswith(REVEALS),
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
