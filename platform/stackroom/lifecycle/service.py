"""The acts of an organisation's life, one verb for each step of `tenants.lifecycle.STEPS`.

Each works on the open organisation, inside the caller's transaction, and tells the audit trail and
the features. Purging is longer than a transaction: `stackroom.lifecycle.purging`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from math import ceil

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import because
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.features import registry
from stackroom.core.read_only import day
from stackroom.lifecycle import events, notices
from stackroom.lifecycle.errors import NotInThisState
from tenants import context
from tenants.lifecycle import IllegalAct, Status
from tenants.models import Organisation

REMIND_DAYS = (7, 1)
LONGEST_REASON = 500


def suspend(reason: str) -> Organisation:
    """Raises NotInThisState, or Invalid without a reason."""
    reason = _checked(reason)
    with _acting() as organisation:
        organisation.suspend(reason)
        record(events.SUSPENDED, label=organisation.name, why=reason)
    return organisation


def resume() -> Organisation:
    """Raises NotInThisState."""
    with _acting() as organisation:
        organisation.resume()
        record(events.RESUMED, label=organisation.name)
    return organisation


def close(reason: str, *, days: int) -> Organisation:
    """Begin the `days` after which everything is deleted.

    Raises NotInThisState, or Invalid without a reason.
    """
    reason = _checked(reason)
    with _acting() as organisation:
        organisation.close(reason, at=clock.now(), days=days)
        assert organisation.closes_at
        record(
            events.CLOSING, label=organisation.name, why=reason,
            day=day(organisation.closes_at, organisation.as_tenant()),
        )  # fmt: skip
        notices.tell_admins(notices.CLOSING)
    return organisation


def reopen() -> Organisation:
    """Undo the closing; a suspension from before holds again. Raises NotInThisState."""
    with _acting() as organisation:
        organisation.reopen()
        record(events.REOPENED, label=organisation.name, status=organisation.status.value)
        notices.tell_admins(notices.REOPENED)
    return organisation


def remind() -> None:
    """Write to the admins of a closing organisation a week and a day before it is purged."""
    with _acting() as organisation:
        if organisation.status is not Status.CLOSING or organisation.closes_at is None:
            return
        left = days_left(organisation.closes_at)
        due = [days for days in REMIND_DAYS if left <= days]
        if due and min(due) < (organisation.reminded_days or 0):
            organisation.reminded_days = min(due)
            notices.tell_admins(notices.REMINDER)


def days_left(closes_at: datetime) -> int:
    """Full or begun days; never less than none."""
    return max(0, ceil((closes_at - clock.now()).total_seconds() / 86_400))


@contextmanager
def _acting() -> Iterator[Organisation]:
    """A read-only organisation is written to for this alone."""
    with context.writing_though_read_only("an act of the organisation's own life"):
        organisation = locked()
        before = organisation.status
        try:
            yield organisation
        except IllegalAct as error:
            raise NotInThisState.of(error) from None
        if organisation.status is not before:
            registry.on_status(organisation.status)
        db.session.flush()  # while it may still be written to


def locked() -> Organisation:
    """The open organisation. Two acts at once take turns, and the second is judged by what the
    first has left."""
    own = sa.select(Organisation).where(Organisation.id == context.current().id)
    locking = own.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(locking).one()


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid.field("reason", "Say why; it is shown to the organisation's people.")
    if len(reason) > LONGEST_REASON:
        raise Invalid.field("reason", f"Use at most {LONGEST_REASON} characters.")
    because(reason)
    return reason
