"""From a password, a factor or a passkey alone to an open session."""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core.database import db, survive
from stackroom.staff import sign_in
from stackroom.staff.factors import events, queries, tickets
from stackroom.staff.factors.codes import Seal
from stackroom.staff.factors.errors import OtpRequired, PasskeyRefused
from stackroom.staff.factors.models import Passkey
from stackroom.staff.factors.service import apps, ceremonies
from stackroom.staff.factors.service.ceremonies import Site
from stackroom.staff.models import Account
from stackroom.staff.passwords import Passwords
from stackroom.staff.sign_in import SignedIn

HALFWAY, WITH_CODE, WITH_PASSKEY = "halfway", "password and code", "passkey"


def at_once(
    email: str,
    password: str,
    otp: str | None,
    *,
    lifetime: timedelta,
    passwords: Passwords,
    seal: Seal,
) -> SignedIn:
    """Raises InvalidCredentials, OtpRequired, CodeRefused or LockedOut."""
    account = sign_in.recognise(email, password, passwords=passwords)
    if not queries.has_factor(account.id):
        return sign_in.open_session(account, lifetime)
    if not otp:
        raise OtpRequired
    apps.show(account.id, otp, seal)
    return sign_in.open_session(account, lifetime, how=WITH_CODE)


def halfway(account: Account, secret: str) -> str:
    """A ticket for whoever has shown the password; a changed password makes it void."""
    facts = {"a": str(account.id), "p": _mark(account)}
    return tickets.issue(secret, HALFWAY, **facts)


def arrived(ticket: str, secret: str) -> Account | None:
    """Who is half-way in."""
    facts: dict[str, Any] | None = tickets.read(secret, HALFWAY, ticket)
    if facts is None:
        return None
    account = db.session.scalar(
        sa.select(Account).where(Account.id == UUID(facts["a"]), Account.active)
    )
    fits = account is not None and hmac.compare_digest(_mark(account), facts["p"])
    return account if fits else None


def _mark(account: Account) -> str:
    return sha256(account.password_hash.encode()).hexdigest()[:16]


def by_passkey(
    credential: str, challenge: str, site: Site, *, account: Account | None = None
) -> Account:
    """Whose passkey this is: of `account`, which is half-way in, or, shown alone, of anybody.

    Raises PasskeyRefused.
    """
    wanted = account.id if account else None
    try:
        return _owner(ceremonies.shown(credential, challenge, site, alone=account is None), wanted)
    except PasskeyRefused:
        survive(lambda: _note_refusal(wanted))
        raise


def _owner(passkey: Passkey, wanted: UUID | None) -> Account:
    owner = queries.account(passkey.account_id)
    if wanted not in (None, owner.id) or not owner.active:
        raise PasskeyRefused
    return owner


def _note_refusal(account_id: UUID | None) -> None:
    account = queries.account(account_id) if account_id else None
    record(
        events.REFUSED,
        account,
        label="" if account else "a passkey",
        why="the passkey did not serve",
    )
