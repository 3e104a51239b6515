"""Signing in and out, and knowing who is signed in. Facts of DESIGN §2: people sign in on their
organisation's own host, so nothing here looks beyond the open organisation."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import Actor, ActorType, enter, provenance
from stackroom.core.database import db, found_or_added, survive
from stackroom.core.permissions import Grant, Principal
from stackroom.staff import events, lockout, tokens
from stackroom.staff.errors import InvalidCredentials, InvalidToken
from stackroom.staff.models import Account, CustomRole, RoleGrant, SignInFailure, SignInSession
from stackroom.staff.passwords import Passwords
from stackroom.staff.roles.granting import in_force
from tenants import context


def is_live(now: datetime | sa.BindParameter[datetime] | None = None) -> sa.ColumnElement[bool]:
    return sa.and_(
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > (clock.now() if now is None else now),
    )


_HOLDER = (
    sa.select(
        Account.email, Account.name, RoleGrant.role, RoleGrant.library_id, CustomRole.permissions
    )
    .join(SignInSession, SignInSession.account_id == Account.id)
    .outerjoin(
        RoleGrant,
        sa.and_(RoleGrant.account_id == Account.id, RoleGrant.in_force(sa.bindparam("now"))),
    )
    .outerjoin(CustomRole, CustomRole.key == RoleGrant.role)
    .where(SignInSession.id == sa.bindparam("session_id"), is_live(sa.bindparam("now")))
    .where(Account.active)
)
"""Asked on every request, so it is made once."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    session: SignInSession
    account: Account
    refresh_token: str


def sign_in(email: str, password: str, *, lifetime: timedelta, passwords: Passwords) -> SignedIn:
    """Raises InvalidCredentials or LockedOut."""
    account = confirm(email, password, passwords=passwords)
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash(password)
    return open_session(account, lifetime)


def confirm(email: str, password: str, *, passwords: Passwords) -> Account:
    """Whose password this is.

    Raises:
        InvalidCredentials: counted, although the transaction rolls back.
        LockedOut: says when to come again.
    """
    email = normalise(email)
    _refuse_locked(email)
    account = db.session.scalar(sa.select(Account).where(Account.email == email))
    fits = passwords.fits(account.password_hash if account else "", password)
    if account is None or not fits or not account.active:
        survive(lambda: _count_failure(email))
        raise InvalidCredentials
    db.session.execute(sa.delete(SignInFailure).where(SignInFailure.email_hash == _hash(email)))
    return account


def open_session(account: Account, lifetime: timedelta) -> SignedIn:
    """From here on the request is that person's, in the trail too."""
    secret, stored = tokens.new_secret()
    present = replace(provenance(), actor=actor_of(account))
    enter(present)
    session = SignInSession(
        account_id=account.id,
        expires_at=clock.now() + lifetime,
        refresh_hash=stored,
        ip=present.ip,
        user_agent=present.user_agent,
    )
    db.session.add(session)
    db.session.flush()  # the refresh token carries the session's id
    record(events.SIGNED_IN, account)
    return SignedIn(session, account, f"{session.id}.{secret}")


def refresh(token: str, *, lifetime: timedelta) -> SignedIn:
    """Rotate: each refresh token serves once; a second use closes the session (RFC 9700 §4.14).

    Raises InvalidToken.
    """
    session, secret = _find(token)
    account = db.session.scalars(sa.select(Account).filter_by(id=session.account_id)).one()
    if session.refresh_hash != tokens.digest(secret):
        session_id = session.id  # the rollback leaves nothing to read it from
        survive(lambda: _close_reused(session_id))
        raise InvalidToken
    fresh, session.refresh_hash = tokens.new_secret()
    session.expires_at = clock.now() + lifetime
    return SignedIn(session, account, f"{session.id}.{fresh}")


def _find(token: str) -> tuple[SignInSession, str]:
    name, _, secret = token.partition(".")
    try:
        session_id = UUID(name)
    except ValueError:
        raise InvalidToken from None
    session = db.session.scalar(
        sa.select(SignInSession).where(SignInSession.id == session_id, is_live()).with_for_update()
    )
    if session is None:
        raise InvalidToken
    return session, secret


def sign_out(session_id: UUID) -> None:
    session = db.session.scalars(sa.select(SignInSession).filter_by(id=session_id)).one()
    session.revoked_at = clock.now()
    account = db.session.scalars(sa.select(Account).filter_by(id=session.account_id)).one()
    record(events.SIGNED_OUT, account)


def close_sessions(account_id: UUID, *, but: UUID | None = None) -> None:
    """Every device of this person, `but` the one in hand, has to sign in again."""
    db.session.execute(
        sa.update(SignInSession)
        .where(SignInSession.account_id == account_id, SignInSession.revoked_at.is_(None))
        .where(SignInSession.id != but if but else sa.true())
        .values(revoked_at=clock.now())
    )


def principal(claims: tokens.Claims, channel: str) -> Principal | None:
    """Who holds this session now, in one statement: a revoked session, a closed account or a
    withdrawn role counts from the next request on."""
    asked = {"session_id": claims.session_id, "now": clock.now()}
    rows = db.session.execute(_HOLDER, asked).all()
    if not rows:
        return None
    return Principal(
        claims.account_id, rows[0].email, rows[0].name, _grants(rows), claims.session_id, channel
    )


def _grants(rows: Iterable[Any]) -> tuple[Grant, ...]:
    held = {in_force(row.role, row.library_id, row.permissions) for row in rows if row.role}
    return tuple(sorted(held, key=lambda grant: (grant.role, str(grant.library_id))))


def normalise(email: str) -> str:
    return email.strip().lower()


def _hash(email: str) -> str:
    """Failures are counted for addresses nobody has, so the address itself is not kept."""
    return hashlib.sha256(f"{context.current().uuid}:{email}".encode()).hexdigest()


def _refuse_locked(email: str) -> None:
    wanted = sa.select(SignInFailure.locked_until).where(SignInFailure.email_hash == _hash(email))
    lockout.refuse(db.session.scalar(wanted))


def _count_failure(email: str) -> None:
    hashed = _hash(email)
    wanted = sa.select(SignInFailure).where(SignInFailure.email_hash == hashed)
    lockout.count(found_or_added(wanted, lambda: SignInFailure(email_hash=hashed, failures=0)))
    record(events.SIGN_IN_FAILED, label=email, email=email, why="wrong e-mail or password")


def _close_reused(session_id: UUID) -> None:
    session = db.session.scalars(sa.select(SignInSession).filter_by(id=session_id)).one()
    session.revoked_at = clock.now()
    account = db.session.scalars(sa.select(Account).filter_by(id=session.account_id)).one()
    record(events.TOKEN_REUSED, account)


def actor_of(account: Account) -> Actor:
    return Actor(ActorType.PERSON, account.id, account.name)
