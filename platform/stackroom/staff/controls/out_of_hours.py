"""Acts of staff while the library is closed. No calendar of opening hours is kept yet, so the
auditor says when somebody is to be expected at work."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import Field, model_validator

from stackroom.audit import ids
from stackroom.audit.acts import READ_AT_MOST, Act, acts, is_person, named
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.core.actor import Channel
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
from stackroom.staff.controls.people import ever_staff

AT_ONCE = 60
"""Closed times of one statement: about two months."""
BY_HAND = (Channel.WEB.value, Channel.API.value, Channel.CLI.value)
Closed = tuple[datetime, datetime]


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Hours(Parameters):
    opens: time = Field(
        time(7), title="Work begins at", description="By the clock of the library, such as 07:00."
    )
    closes: time = Field(
        time(21), title="Work ends at", description="What is done from then on is out of hours."
    )
    closed_days: list[Weekday] = Field(
        [], max_length=7, title="Closed on", description="The whole day is out of hours."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("Work must begin before it ends.")
        return self


def run(span: Span, hours: Hours) -> Findings:
    times = list(closed_times(span, hours))
    nights: list[list[Act]] = []
    looked_at, cut = 0, False
    for begin in range(0, len(times), AT_ONCE):
        some = times[begin : begin + AT_ONCE]
        found = acts(span, (), *_by_hand(), _in(some))
        cut, looked_at = cut or len(found) >= READ_AT_MOST, looked_at + len(found)
        nights += _by_person_and_night(found, some)
    return kept(
        [_finding(theirs, span.zone) for theirs in nights],
        looked_at=looked_at,
        measure="acts out of hours",
        bars=_bars(nights),
        notes=[
            f"By the clock of {span.zone.key}. Jobs and imports that ran by themselves are out."
        ],
        cut=cut,
    )


def _by_hand() -> list[sa.ColumnElement[bool]]:
    by = AuditTransaction
    return [is_person(), by.channel.in_(BY_HAND), by.actor_id.in_(ever_staff())]


def _bars(nights: list[list[Act]]) -> list[Bar]:
    numbers: dict[str, int] = defaultdict(int)
    for theirs in nights:
        numbers[theirs[0].actor] += len(theirs)
    ordered = sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
    return [Bar(label=who, value=number) for who, number in ordered]


def closed_times(span: Span, hours: Hours) -> Iterator[Closed]:
    """Within the span, each from closing to the next opening, in their order."""
    since = span.since
    day = span.since.astimezone(span.zone).date()
    while since < span.until:
        if day.strftime("%A").lower() not in hours.closed_days:
            opening = min(_instant(day, hours.opens, span.zone), span.until)
            if since < opening:
                yield since, opening
            since = max(since, _instant(day, hours.closes, span.zone))
        day += timedelta(days=1)
        if day > span.until.astimezone(span.zone).date() and since < span.until:
            yield since, span.until
            return


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _in(times: list[Closed]) -> sa.ColumnElement[bool]:
    key = AuditEntry.transaction_id
    return sa.or_(*(sa.and_(key >= ids.first(a), key < ids.first(b)) for a, b in times))


def _by_person_and_night(found: list[Act], times: list[Closed]) -> list[list[Act]]:
    nights: dict[object, list[Act]] = defaultdict(list)
    waiting = iter(times)
    night = next(waiting, None)
    for act in found:
        while night and act.at >= night[1]:
            night = next(waiting, None)
        if night:
            nights[act.actor_id, night].append(act)
    return list(nights.values())


def _finding(theirs: list[Act], zone: ZoneInfo) -> Finding:
    first, last = (each.at.astimezone(zone) for each in (theirs[0], theirs[-1]))
    return Finding(
        what=f"Acted out of hours, {first:%A} {first.day} {first:%B %Y}",
        who=theirs[0].actor, who_id=theirs[0].actor_id, at=theirs[0].at,
        figures=measured(
            {"acts": len(theirs), "first at": f"{first:%H:%M}", "last at": f"{last:%H:%M}"}
        ),
        entries=named(theirs),
    )  # fmt: skip


OUT_OF_HOURS = Control(
    "staff.out_of_hours",
    "Acts out of hours",
    "What is done while nobody else is in the building is seen by nobody.",
    Hours,
    run,
)
