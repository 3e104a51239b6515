"""Forgotten passwords, and signing a colleague out."""

from dataclasses import replace

from stackroom.audit.events import record
from stackroom.audit.pseudonyms import masked
from stackroom.core import outbox
from stackroom.core.actor import enter, provenance
from stackroom.staff import passwords, sign_in
from stackroom.staff.models import Account
from stackroom.staff.roles.assigning import refuse_above
from stackroom.staff.security import devices, doors, events, links
from stackroom.staff.security.errors import AccountClosed
from stackroom.staff.security.notices import PASSWORD_CHANGED_MAIL, RESET_MAIL


def ask(email: str) -> None:
    """Nobody is looked up before the answer has gone out, so it tells nothing, not even by the
    time it takes; the worker finds out whether there is anybody to write to."""
    email = sign_in.normalise(email)
    shown = masked(email)
    record(events.RESET_ASKED, label=shown, email=shown)
    outbox.send(RESET_MAIL, {"email": email})


def order(account: Account) -> None:
    """An admin has a link sent. Raises GrantBeyondOwn or AccountClosed."""
    refuse_above(account)
    if not account.active:
        raise AccountClosed
    record(events.RESET_ORDERED, account)
    outbox.send(RESET_MAIL, {"account_id": str(account.id)})


def choose(token: str, new: str, *, hasher: passwords.Passwords) -> None:
    """Set the password of whoever holds the token; from here on the request is theirs. It signs
    nobody in: a second factor is still asked for.

    Raises InvalidReset or Invalid (new password), after which the link still serves.
    """
    account = links.owner(token)
    passwords.check(new, field="new_password", knows=(account.email, account.name))
    account.password_hash = hasher.hash(new)
    enter(replace(provenance(), actor=sign_in.actor_of(account)))
    links.end_all(account.id)
    closed = sign_in.close_sessions(account.id)
    doors.open_all(account.email)
    devices.remember(account)
    record(events.PASSWORD_RESET, account, closed=closed)
    outbox.send(PASSWORD_CHANGED_MAIL, {"account_id": str(account.id)})


def sign_out(account: Account) -> int:
    """Everywhere; returns how many sessions that were. Raises GrantBeyondOwn."""
    refuse_above(account)
    closed = sign_in.close_sessions(account.id)
    record(events.SESSIONS_CLOSED, account, closed=closed)
    return closed
