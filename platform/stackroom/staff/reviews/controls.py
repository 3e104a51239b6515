"""Accounts with rights that nobody uses any more."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from stackroom.core import clock
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
from stackroom.core.database import db
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.reviews.service.presence import NEVER, Presence, is_idle, presences
from stackroom.staff.roles.shipped import Role

MONTHS = {30: "under a month", 90: "1 to 3 months", 180: "3 to 6 months", 365: "6 to 12 months"}


class Idle(Parameters):
    days: int = Field(
        90, ge=1, le=3650, title="Days without a sign-in",
        description="So long somebody with rights may stay away before they are a finding.",
    )  # fmt: skip


def run(span: Span, asked: Idle) -> Findings:
    """As things stand now, whatever the span."""
    seen, held = presences(), _held(span)
    idle = [who for who, _ in held.values() if is_idle(who, seen, asked.days)]
    signed_in = {who.id: seen.get(who.id, NEVER).signed_in_at for who in idle}
    rows = [
        Finding(
            what="Signed in last too long ago" if signed_in[who.id] else "Never signed in",
            who=who.name, who_id=who.id, at=signed_in[who.id],
            subject_type="account", subject_id=who.id,
            figures=measured({"days": _days(who, seen), "roles": ", ".join(held[who.id][1])}),
            outlier=signed_in[who.id] is None,
        )
        for who in idle
    ]  # fmt: skip
    rows.sort(key=lambda row: -row.figure("days"))
    return kept(
        rows,
        looked_at=len(held),
        measure="accounts by time without a sign-in",
        bars=_bars([row.figure("days") for row in rows]),
        notes=[
            "As of the moment of this run: whoever is signed in, or signed in since, is not idle.",
            "Marked: accounts that never signed in. Days are counted from when they were opened.",
        ],
    )


Held = dict[UUID, tuple[Account, list[str]]]


def _held(span: Span) -> Held:
    """Open accounts with rights in force, at the library if one is asked about."""
    wanted = (
        sa.select(Account, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.active, RoleGrant.role != Role.PATRON, RoleGrant.in_force(clock.now()))
        .order_by(Account.name, Account.id, RoleGrant.role)
    )
    if span.library_id:
        here = RoleGrant.library_id == span.library_id
        wanted = wanted.where(sa.or_(here, RoleGrant.library_id.is_(None)))
    held: Held = {}
    for who, role in db.session.execute(wanted):
        held.setdefault(who.id, (who, []))[1].append(role)
    return held


def _days(who: Account, seen: dict[UUID, Presence]) -> int:
    presence = seen.get(who.id, NEVER)
    return (clock.now() - (presence.signed_in_at or who.created_at)).days


def _bars(days: list[float]) -> list[Bar]:
    bars, least = [], 0
    for most, words in MONTHS.items():
        bars.append(Bar(label=words, value=sum(least <= each < most for each in days)))
        least = most
    bars.append(Bar(label="over a year", value=sum(each >= least for each in days)))
    return [bar for bar in bars if bar.value]


DORMANT = Control(
    "staff.dormant",
    "Dormant accounts",
    "Rights that nobody uses are rights that nobody watches; whoever has left keeps a way in.",
    Idle,
    run,
)
