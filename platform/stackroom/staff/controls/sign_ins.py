"""Sign-ins that failed, by the address that was typed and by where they came from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from stackroom.audit.acts import READ_AT_MOST, Act, acts, named
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
from stackroom.staff import events
from stackroom.staff.lockout import FAILURES_BEFORE_LOCK
from stackroom.staff.models import Account

OTHER_WAYS = ("factor.refused", "sso.refused", "staff.invitation_refused", "auth.refresh_reused")
OTHERS = (*OTHER_WAYS, events.WRONG_ORGANISATION.action)
OTHER_WORDS = {
    "sso": "single sign-on",
    "factor": "second factor",
    "auth": "sign-in",
    "staff": "invitation",
}
SOON = timedelta(hours=1)


class Attempts(Parameters):
    failures: int = Field(
        5, ge=1, le=10_000, title="Failures of one address",
        description="From so many on, an e-mail address that was typed is a finding.",
    )  # fmt: skip
    accounts: int = Field(
        5, ge=2, le=10_000, title="Addresses tried from one place",
        description="From so many on, the network address they were tried from is a finding.",
    )  # fmt: skip


def run(span: Span, limits: Attempts) -> Findings:
    found = acts(span, (events.SIGN_IN_FAILED.action, events.SIGNED_IN.action, *OTHERS))
    failed = [act for act in found if act.action == events.SIGN_IN_FAILED.action]
    entered = _sign_ins(act for act in found if act.action == events.SIGNED_IN.action)
    typed, places = _grouped(failed)
    accounts = _accounts(typed)
    rows = [
        _address(theirs, entered.get(accounts[email], []) if email in accounts else [])
        for email, theirs in typed.items()
        if len(theirs) >= limits.failures
    ]
    rows += [_place(theirs) for theirs in places.values() if _typed(theirs) >= limits.accounts]
    rows += [_other(act) for act in found if act.action in OTHERS]
    return kept(
        sorted(rows, key=lambda row: not row.outlier),
        looked_at=len(found) - sum(map(len, entered.values())),
        measure="failed sign-ins by network address",
        bars=_bars(places),
        notes=[
            "Marked: a sign-in that succeeded within an hour of the failures, an address that was "
            "locked, or many addresses tried from one place.",
            f"{FAILURES_BEFORE_LOCK} failures in a row from one place lock it for a while.",
        ],
        cut=len(found) >= READ_AT_MOST,
    )  # fmt: skip


Grouped = dict[str, list[Act]]


def _grouped(failed: Iterable[Act]) -> tuple[Grouped, Grouped]:
    """By the e-mail that was typed, and by network address."""
    typed, places = defaultdict(list), defaultdict(list)
    for act in failed:
        typed[act.subject_label].append(act)
        places[act.ip or "not known"].append(act)
    return typed, places


def _bars(places: Grouped) -> list[Bar]:
    ordered = sorted(places.items(), key=lambda each: (-len(each[1]), each[0]))
    return [Bar(label=place, value=len(theirs)) for place, theirs in ordered[:20]]


def _sign_ins(done: Iterable[Act]) -> dict[UUID, list[Act]]:
    entered: dict[UUID, list[Act]] = defaultdict(list)
    for act in done:
        if act.subject_id:
            entered[act.subject_id].append(act)
    return entered


def _accounts(emails: Iterable[str]) -> dict[str, UUID]:
    known = sa.select(Account.email, Account.id).where(Account.email.in_(list(emails)))
    return {row.email: row.id for row in db.session.execute(known)}


def _address(failed: Sequence[Act], entered: Sequence[Act]) -> Finding:
    in_a_row, followed = _longest(failed, entered), _followed(failed, entered)
    locked = in_a_row >= FAILURES_BEFORE_LOCK
    return Finding(
        what="Failed to sign in" + (", then signed in" if followed else ""),
        at=failed[0].at,
        subject_type="account",
        subject_id=entered[0].subject_id if entered else None,
        figures=measured({
            "failures": len(failed), "most in a row": in_a_row, "locked": "yes" if locked else "no",
            "from": len({act.ip for act in failed}),
        }),
        outlier=locked or followed,
        entries=named(failed),
    )  # fmt: skip


def _longest(failed: Sequence[Act], entered: Sequence[Act]) -> int:
    """Most failures from one place that no sign-in came between."""
    longest, running = 0, defaultdict(int)  # type: ignore[var-annotated]  # counts by place
    both = sorted([*failed, *entered], key=lambda act: (act.transaction_id, act.position))
    for act in both:
        running[act.ip] = 0 if act.action == events.SIGNED_IN.action else running[act.ip] + 1
        longest = max(longest, running[act.ip])
    return longest


def _followed(failed: Sequence[Act], entered: Sequence[Act]) -> bool:
    """Whether so many failures that it was locked, or would have been, ended in a sign-in."""
    last = failed[-1].at
    enough = len(failed) >= FAILURES_BEFORE_LOCK
    return enough and any(last < act.at <= last + SOON for act in entered)


def _typed(failed: Sequence[Act]) -> int:
    return len({act.subject_label for act in failed})


def _place(failed: Sequence[Act]) -> Finding:
    return Finding(
        what=f"Many addresses tried from {failed[0].ip or 'a place not known'}", at=failed[0].at,
        figures=measured({"failures": len(failed), "addresses": _typed(failed)}),
        outlier=True, entries=named(failed),
    )  # fmt: skip


def _other(act: Act) -> Finding:
    kind, _, what = act.action.partition(".")
    return Finding(
        what=f"{OTHER_WORDS.get(kind, kind).capitalize()}: {what.replace('_', ' ')}",
        who=act.actor, who_id=act.actor_id, at=act.at,
        subject_type=act.subject_type, subject_id=act.subject_id, entries=[act.entry],
    )  # fmt: skip


SIGN_IN_FAILURES = Control(
    "staff.sign_in_failures",
    "Failed sign-ins",
    "Somebody who guesses passwords fails often before they succeed.",
    Attempts,
    run,
    by_library=False,
)
