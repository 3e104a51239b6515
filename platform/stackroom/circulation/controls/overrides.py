"""Who sets rules aside, for their peers to be compared with (PAINS 2.28, DOMAIN 4.6)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import aliased

from stackroom.audit.acts import READ_AT_MOST, Act, acts, counts, is_person, named
from stackroom.audit.models import AuditEntry
from stackroom.circulation import events
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
from stackroom.core.outliers import above
from stackroom.patrons.events import BLOCK_LIFTED

DESK = (events.LENT.action, events.RENEWED.action, events.RETURNED.action)
KINDS = {
    events.LENT_OVERRIDE.action: "lent against a rule",
    events.RENEWED_OVERRIDE.action: "renewed against a rule",
    BLOCK_LIFTED.action: "blocks lifted",
}
BY_HAND = "loan.updated"
"""Of a loan that was neither renewed nor returned by it: a date set by hand, a version restored."""
CHANGED = "loans changed by hand"
WAIVED = "fines waived"
RATE = "per 100 acts"


class Peers(Parameters):
    acts: int = Field(
        20, ge=1, le=100_000, title="Acts at the desk, at least",
        description="Whoever has fewer is shown, but not compared: a rate of few acts says little.",
    )  # fmt: skip
    threshold: float = Field(
        3.5, ge=1, le=20, title="Marked above",
        description="How many robust deviations above the median of all a rate must be.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """`acts` at the desk; `against`: those that set a rule aside."""

    id: UUID
    name: str
    acts: int
    against: list[Act]

    @property
    def rate(self) -> float:
        return 100 * len(self.against) / self.acts if self.acts else 0.0


def run(span: Span, asked: Peers) -> Findings:
    by_hand = acts(span, [BY_HAND], is_person(), _not_at_the_desk())
    against = acts(span, KINDS, is_person()) + by_hand
    people = sorted(_people(counts(span, DESK), against), key=lambda each: -each.rate)
    compared = [each for each in people if each.acts >= asked.acts]
    rates = [each.rate for each in compared]
    marks = zip(compared, above(rates, asked.threshold), strict=True)
    marked = {each.id for each, mark in marks if mark}
    rows = [_finding(each, each.id in marked, _peers(each, compared)) for each in people]
    return kept(
        rows,
        looked_at=sum(each.acts for each in people),
        measure="rules set aside per 100 acts",
        bars=[Bar(label=row.who, value=_rate(row), outlier=row.outlier) for row in rows],
        notes=_notes(span, asked, len(compared)),
        cut=len(against) >= READ_AT_MOST,
    )


def _people(desk: dict[UUID, tuple[str, int]], against: list[Act]) -> Iterator[Person]:
    theirs: dict[UUID, list[Act]] = defaultdict(list)
    for act in against:
        if act.actor_id:
            theirs[act.actor_id].append(act)
    for who in {**desk, **theirs}:
        done = theirs.get(who, [])
        name, number = desk.get(who, (done[0].actor if done else "", 0))
        # an override is told beside the loan it made, the others stand alone
        alone = sum(act.action in (BLOCK_LIFTED.action, BY_HAND) for act in done)
        yield Person(who, name, number + alone, done)


def _peers(person: Person, compared: list[Person]) -> float:
    others = [each.rate for each in compared if each.id != person.id]
    return median(others) if others else 0.0


def _not_at_the_desk() -> sa.ColumnElement[bool]:
    beside = aliased(AuditEntry)
    return ~sa.exists().where(
        beside.transaction_id == AuditEntry.transaction_id,
        beside.subject_id == AuditEntry.subject_id,
        beside.action.in_(DESK),
    )


def _finding(person: Person, marked: bool, peers: float) -> Finding:
    done = person.against
    kinds = {words: sum(act.action == action for act in done) for action, words in KINDS.items()}
    return Finding(
        what="Stands out from their peers" if marked else "Set rules aside" if done else "None",
        who=person.name, who_id=person.id, at=done[-1].at if done else None,
        figures=measured({
            RATE: round(person.rate, 2), "peers' median": round(peers, 2), "acts": person.acts,
            **kinds, CHANGED: sum(act.action == BY_HAND for act in done), WAIVED: 0,
        }),
        outlier=marked, entries=named(done),
    )  # fmt: skip


def _rate(row: Finding) -> float:
    return row.figure(RATE)


def _notes(span: Span, asked: Peers, compared: int) -> list[str]:
    notes = [
        "There are no fines in this Stackroom yet, so there are none to waive: that column is 0.",
        f"{compared} people with at least {asked.acts} acts are compared. Marked: a rate more than "
        f"{asked.threshold:g} robust deviations above the median (modified z-score, by the median "
        "absolute deviation). Fewer than three people are not compared.",
        "“Loans changed by hand” were neither lent, renewed nor returned by the same act.",
    ]
    if span.library_id:
        notes.append("Blocks are of the whole organisation, so lifted ones are left out here.")
    return notes


OVERRIDES = Control(
    "circulation.overrides",
    "Waivers and overrides, by person",
    "Setting a rule aside is part of the work; doing it much more often than everybody else is a "
    "question.",
    Peers,
    run,
)
