"""Flags change outside of Stackroom, in a document or on a server. A look at them, now and then,
tells each organisation's trail what has changed for it."""

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db, transaction
from stackroom.flags import client
from stackroom.flags.client import State
from stackroom.oversight.flag_changes import events
from stackroom.oversight.flag_changes.models import FlagSeen


def look() -> None:
    """A flag that is met for the first time has not changed."""
    states = client.client().states()
    with transaction():
        seen = {found.key: found for found in db.session.scalars(sa.select(FlagSeen))}
        for state in states:
            if state.key in seen:
                _tell(seen[state.key], state)
            else:
                db.session.add(_met(state))


def _met(state: State) -> FlagSeen:
    return FlagSeen(key=state.key, enabled=state.enabled, value=state.value, seen_at=clock.now())


def _tell(seen: FlagSeen, now: State) -> None:
    if (seen.enabled, seen.value) == (now.enabled, now.value):
        return
    before, after = _words(seen.enabled, seen.value), _words(now.enabled, now.value)
    seen.enabled, seen.value, seen.seen_at = now.enabled, now.value, clock.now()
    record(events.CHANGED, seen, before=before, after=after, why=now.reason)


def _words(enabled: bool, value: object) -> str:
    state = "on" if enabled else "off"
    return state if value in (None, "") else f"{state} ({value})"
