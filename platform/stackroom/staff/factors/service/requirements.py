"""Which roles need a second factor, and a colleague's lost ones, by admins."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.core.errors import Conflict, Invalid, NotFound
from stackroom.staff import sign_in
from stackroom.staff.factors import events, notices, queries
from stackroom.staff.factors.models import AuthenticatorApp, Passkey, RequiredFactor
from stackroom.staff.factors.service import guesses, recovery
from stackroom.staff.models import Account
from stackroom.staff.roles import assigning
from stackroom.staff.roles.service import titles


def required() -> list[str]:
    return list(db.session.scalars(sa.select(RequiredFactor.role).order_by(RequiredFactor.role)))


def require(wanted: Iterable[str]) -> list[str]:
    """Counts from the next request of whoever holds one of these roles. Raises Invalid."""
    asked, before = set(wanted), required()
    if unknown := asked - titles().keys():
        raise Invalid.field("roles", f"There is no role “{min(unknown)}”; see GET /api/v1/roles.")
    present = db.session.scalars(sa.select(RequiredFactor)).all()
    for one in (each for each in present if each.role not in asked):
        db.session.delete(one)
    db.session.add_all(RequiredFactor(role=role) for role in sorted(asked - set(before)))
    if asked != set(before):
        after = ", ".join(sorted(asked)) or "none"
        record(events.REQUIRED, label=after, before=", ".join(before) or "none", after=after)
    return sorted(asked)


def somebody(account_id: UUID) -> Account:
    """Raises NotFound."""
    return _found(Account.id == account_id)


def called(email: str) -> Account:
    """Raises NotFound."""
    return _found(Account.email == sign_in.normalise(email))


def _found(wanted: sa.ColumnElement[bool]) -> Account:
    found = db.session.scalar(sa.select(Account).where(wanted))
    if found is None:
        raise NotFound
    return found


def take_away(account: Account) -> None:
    """All of a colleague's factors, which are lost; every device of theirs is signed out, for a
    lost telephone may be signed in. Raises Conflict where there are none, or GrantBeyondOwn."""
    assigning.refuse_above(account)
    held = queries.held(account.id)
    if not held.any:
        raise Conflict(f"{account.name} has no second factor.")
    for model in (AuthenticatorApp, Passkey):
        db.session.execute(sa.delete(model).where(model.account_id == account.id))
    recovery.forget(account.id)
    guesses.forget(account.id)
    sign_in.close_sessions(account.id)
    record(events.TAKEN_AWAY, account, before=held.words, after="none")
    notices.tell(account.id, notices.TAKEN_AWAY, held.words)
