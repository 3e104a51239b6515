"""Signing in and out, and knowing who is signed in. Facts of DESIGN §2: people sign in on their
organisation's own host, so nothing here looks beyond the open organisation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.audit.pseudonyms import Whose, masked
from stackroom.core import clock
from stackroom.core.actor import Actor, ActorType, enter, provenance
from stackroom.core.database import afterwards, db, survive
from stackroom.core.permissions import Grant, Permission, Principal
from stackroom.staff import events, tokens
from stackroom.staff.errors import InvalidCredentials, InvalidToken
from stackroom.staff.factors.queries import LACKS_FACTOR
from stackroom.staff.models import Account, CustomRole, RoleGrant, SignInSession
from stackroom.staff.passwords import Passwords
from stackroom.staff.roles.granting import in_force
from stackroom.staff.security import devices, doors
from stackroom.staff.sso.requirement import refuse_other_ways
from tenants import context

NO_ACCOUNT = UUID(int=0)
SEEN_WITHIN = timedelta(minutes=15)
"""How exact it is when a session was seen last: each time costs a write."""


def is_live(now: datetime | sa.BindParameter[datetime] | None = None) -> sa.ColumnElement[bool]:
    return sa.and_(
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > (clock.now() if now is None else now),
    )


_HOLDER = (
    sa.select(
        Account.email,
        Account.name,
        RoleGrant.role,
        RoleGrant.library_id,
        CustomRole.permissions,
        SignInSession.proved_at,
        SignInSession.seen_at,
        LACKS_FACTOR.label("lacks_factor"),
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
"""Asked on every request, so it is made once. `lacks_factor` is told of each role."""
OWN = "me."
"""How keys of permissions over one's own account begin."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    session: SignInSession
    account: Account
    refresh_token: str


def recognise(email: str, password: str, *, passwords: Passwords) -> Account:
    """The first step of signing in; a second factor may be asked for before `open_session`.

    Raises InvalidCredentials, LockedOut or OtherWayRefused.
    """
    account = confirm(email, password, passwords=passwords)
    refuse_other_ways(account)
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash(password)
    return account


def confirm(email: str, password: str, *, passwords: Passwords) -> Account:
    """Whose password this is.

    Raises:
        InvalidCredentials: counted, although the transaction rolls back.
        LockedOut: says when to come again.
    """
    email = normalise(email)
    door = doors.at(email)
    doors.refuse_closed(door)
    account = db.session.scalar(sa.select(Account).where(Account.email == email))
    fits = passwords.fits(account.password_hash if account else "", password)
    if account is None or not fits or not account.active:
        known = account.id if account else None
        survive(lambda: _count_failure(door, email, known))
        raise InvalidCredentials
    doors.open_again(door)
    return account


def open_session(account: Account, lifetime: timedelta, *, how: str = "password") -> SignedIn:
    """From here on the request is that person's, in the trail too. `how` they proved it, in
    words for their list of sessions."""
    secret, stored = tokens.new_secret()
    present = replace(provenance(), actor=actor_of(account))
    enter(present)
    session = SignInSession(
        account_id=account.id,
        expires_at=clock.now() + lifetime,
        refresh_hash=stored,
        ip=present.ip,
        user_agent=present.user_agent,
        channel=present.channel,
        how=how,
    )
    db.session.add(session)
    db.session.flush()  # the refresh token carries the session's id
    record(events.SIGNED_IN, account)
    devices.meet(account, session)
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


def close_sessions(account_id: UUID, *, but: UUID | None = None) -> int:
    """Every device of this person, `but` the one in hand, has to sign in again; returns how many
    were signed in."""
    closed = db.session.execute(
        sa.update(SignInSession)
        .where(SignInSession.account_id == account_id, is_live())
        .where(SignInSession.id != but if but else sa.true())
        .values(revoked_at=clock.now())
    )
    return int(closed.rowcount)  # type: ignore[attr-defined]  # an UPDATE counts its rows


def principal(claims: tokens.Claims, channel: str) -> Principal | None:
    """Who holds this session now, in one statement: a revoked session, a closed account or a
    withdrawn role counts from the next request on."""
    now = clock.now()
    rows = db.session.execute(_HOLDER, {"session_id": claims.session_id, "now": now}).all()
    if not rows:
        return None
    if rows[0].seen_at is None or rows[0].seen_at < now - SEEN_WITHIN:
        afterwards(partial(_note_seen, claims.session_id))
    known = Principal(
        claims.account_id, rows[0].email, rows[0].name, _grants(rows),
        claims.session_id, channel, proved_at=rows[0].proved_at,
    )  # fmt: skip
    return _without_factor(known) if any(row.lacks_factor for row in rows) else known


def _without_factor(known: Principal) -> Principal:
    """They may set up the factor that a role of theirs needs, and nothing else."""
    own = tuple(replace(grant, permissions=_own(grant.permissions)) for grant in known.grants)
    return replace(known, grants=own, home="factors.own", lacks_factor=True)


def _own(permissions: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in permissions if key.startswith(OWN))


def still_may(account_id: UUID, wanted: Permission) -> bool:
    """Signed in or not: people go home while their jobs run."""
    rows = db.session.execute(
        sa.select(RoleGrant.role, RoleGrant.library_id, CustomRole.permissions)
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(CustomRole, CustomRole.key == RoleGrant.role)
        .where(Account.id == account_id, Account.active, RoleGrant.in_force(clock.now()))
    )
    return any(grant.confers(wanted) for grant in _grants(rows))


def _note_seen(session_id: UUID) -> None:
    with context.writing_though_read_only("when a session was seen last"):
        seen = sa.update(SignInSession).where(SignInSession.id == session_id)
        db.session.execute(seen.values(seen_at=clock.now()))


def _grants(rows: Iterable[Any]) -> tuple[Grant, ...]:
    held = {in_force(row.role, row.library_id, row.permissions) for row in rows if row.role}
    return tuple(sorted(held, key=lambda grant: (grant.role, str(grant.library_id))))


def normalise(email: str) -> str:
    return email.strip().lower()


def _count_failure(door: doors.Door, email: str, known: UUID | None) -> None:
    """An address that nobody here has may be that of a patron, mistyped or erased. A key is looked
    for all the same: how much is asked must not tell whether there is an account."""
    doors.count(door)
    shown, whose = email if known else masked(email), Whose(account=known or NO_ACCOUNT)
    why = "wrong e-mail or password"
    record(events.SIGN_IN_FAILED, label=shown, whose=whose, email=shown, why=why)


def _close_reused(session_id: UUID) -> None:
    session = db.session.scalars(sa.select(SignInSession).filter_by(id=session_id)).one()
    session.revoked_at = clock.now()
    account = db.session.scalars(sa.select(Account).filter_by(id=session.account_id)).one()
    record(events.TOKEN_REUSED, account)


def actor_of(account: Account) -> Actor:
    return Actor(ActorType.PERSON, account.id, account.name)
