"""The terms of one loan: when it is due, why, and the snapshot that is kept with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from stackroom.catalogue.models import Item
from stackroom.circulation.due_dates import Unit, due_at, end_of_day
from stackroom.circulation.models import LoanPolicy
from stackroom.circulation.rules import Resolution
from stackroom.libraries.models import Library
from stackroom.patrons.models import Patron

SNAPSHOT = (
    "name", "loanable", "period_count", "period_unit", "closed_day_mode", "item_limit",
    "renewable", "max_renewals", "renew_from", "cap_due_at_expiry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """`snapshot` is what `Loan.policy` holds; its `explanation` is told to people."""

    due_at: datetime
    snapshot: dict[str, Any]

    @property
    def explanation(self) -> list[str]:
        lines: list[str] = self.snapshot["explanation"]
        return lines


def settle(
    resolution: Resolution, item: Item, library: Library, patron: Patron, start: datetime
) -> Terms:
    """The policy's period from `start`, by the clock and calendar of `library`. No calendar of
    closed days is kept yet, so none moves the date."""
    policy, zone = resolution.rule.loan_policy, ZoneInfo(library.timezone)
    due = due_at(start, policy.period_count, Unit(policy.period_unit), zone)
    lines = [
        resolution.explain(),
        f"{_period(policy)} from {in_words(start, zone)} in {library.timezone}.",
    ]
    if policy.cap_due_at_expiry and patron.expires_on:
        last = end_of_day(patron.expires_on, zone)
        if start < last < due:
            due = last
            lines.append("Shortened to the last day of the patron's card.")
    lines.append(f"Due on {in_words(due, zone)}.")
    return Terms(due, _snapshot(resolution, item, library, lines))


def _snapshot(
    resolution: Resolution, item: Item, library: Library, lines: list[str]
) -> dict[str, Any]:
    policy = resolution.rule.loan_policy
    return {
        "title": item.bib.title[:200],
        "item": item.barcode,
        "rule_id": str(resolution.rule.id),
        "losing_rule_ids": [str(rule.id) for rule in resolution.losers],
        "policy_id": str(policy.id),
        **{name: getattr(policy, name) for name in SNAPSHOT},
        "library": library.code,
        "timezone": library.timezone,
        "explanation": lines,
    }


def _period(policy: LoanPolicy) -> str:
    unit = policy.period_unit.removesuffix("s") if policy.period_count == 1 else policy.period_unit
    return f"{policy.period_count} {unit}"


def in_words(at: datetime, zone: ZoneInfo) -> str:
    """`Sat 28 Mar 2026, 10:00`, where the library is."""
    there = at.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M}"
