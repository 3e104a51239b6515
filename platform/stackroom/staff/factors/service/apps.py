"""Authenticator apps: begun, set up with a first code, shown, removed."""

from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.sealing import Broken
from stackroom.staff.factors import codes, events, notices, queries
from stackroom.staff.factors.codes import Seal
from stackroom.staff.factors.errors import AppPresent, CodeRefused
from stackroom.staff.factors.models import AuthenticatorApp
from stackroom.staff.factors.service import guesses, recovery

WORDS = "an authenticator app"


def begin(account_id: UUID, seal: Seal) -> None:
    """A new secret, which counts once a code has shown that it arrived. Raises AppPresent."""
    found = _find(account_id)
    if found is None:
        db.session.add(AuthenticatorApp(account_id=account_id, sealed_secret=seal.new_secret()))
    elif found.enrolled_at:
        raise AppPresent
    else:
        found.sealed_secret = seal.new_secret()


def begun(account_id: UUID, seal: Seal) -> str | None:
    """The secret, as long as it is to be shown."""
    found = _find(account_id)
    return seal.open(found.sealed_secret) if found and not found.enrolled_at else None


def enrol(account_id: UUID, code: str, seal: Seal) -> list[str]:
    """The recovery codes, shown this once. Raises Invalid where the code does not fit, or NotFound
    where nothing was begun."""
    found = _find(account_id)
    if found is None or found.enrolled_at:
        raise NotFound
    step = codes.step_of(seal.open(found.sealed_secret), code.replace(" ", ""), after=0)
    if step is None:
        raise Invalid.field("code", "This code does not fit; enter the one that is shown now.")
    found.enrolled_at, found.last_step = clock.now(), step
    record(events.ADDED, queries.account(account_id), factor=WORDS)
    notices.tell(account_id, notices.ADDED, WORDS)
    return recovery.make(account_id, seal)


def show(account_id: UUID, code: str, seal: Seal) -> None:
    """A code of the app, or a recovery code.

    Raises:
        CodeRefused: counted, although the transaction rolls back.
        LockedOut: says when to come again.
    """
    guesses.refuse_locked(account_id)
    if not (_takes(account_id, code, seal) or recovery.spend(account_id, code, seal)):
        guesses.count(account_id, "a wrong code")
        raise CodeRefused
    guesses.forget(account_id)


def _takes(account_id: UUID, code: str, seal: Seal) -> bool:
    """Takes the code where it is good, so that it is good but once."""
    found = _find(account_id)
    if found is None or not found.enrolled_at:
        return False
    try:
        secret = seal.open(found.sealed_secret)
    except Broken:  # the process has another secret key now: no code fits any more
        return False
    step = codes.step_of(secret, code.replace(" ", ""), after=found.last_step)
    if step is not None:
        found.last_step = step
    return step is not None


def remove(account_id: UUID) -> None:
    """Raises NotFound where there is none."""
    found = _find(account_id)
    if found is None or not found.enrolled_at:
        raise NotFound("There is no authenticator app to remove.")
    db.session.delete(found)
    db.session.flush()  # see what is left
    if not queries.has_factor(account_id):
        recovery.forget(account_id)
    record(events.REMOVED, queries.account(account_id), factor=WORDS)
    notices.tell(account_id, notices.REMOVED, WORDS)


def _find(account_id: UUID) -> AuthenticatorApp | None:
    """Locked, so that one code is not taken twice in the same moment."""
    return db.session.scalar(
        sa.select(AuthenticatorApp)
        .where(AuthenticatorApp.account_id == account_id)
        .with_for_update()
    )
