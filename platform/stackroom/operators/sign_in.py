"""Signing in to the console: password and code at once, or nothing is told apart."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import pyotp
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.actor import ActorType, Channel
from stackroom.core.database import db, found_or_added, survive
from stackroom.core.errors import Invalid
from stackroom.core.permissions import Grant, Principal
from stackroom.operators import acts, second_factor
from stackroom.operators.errors import NoEntry
from stackroom.operators.models import Operator, OperatorFailure, OperatorSession
from stackroom.operators.permissions import ENROL, OPERATE
from stackroom.staff import lockout, tokens
from stackroom.staff.factors import codes
from stackroom.staff.factors.codes import Seal
from stackroom.staff.passwords import Passwords
from stackroom.staff.sign_in import normalise

ABSOLUTE, IDLE = timedelta(hours=8), timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used: not every page is to write."""
NOBODYS_SECRET = pyotp.random_base32()
"""Codes for addresses that nobody has are reckoned all the same."""
HOMES = {OPERATE: "console.organisations", ENROL: "console.second_factor_form"}


@dataclass(frozen=True, slots=True)
class Opened:
    """`token` is the cookie's secret: it is nowhere else."""

    session: OperatorSession
    token: str


def sign_in(email: str, password: str, code: str, *, passwords: Passwords, seal: Seal) -> Opened:
    """Without a second factor yet, the session can only set one up.

    Raises:
        NoEntry: whatever was wrong; counted, although the transaction rolls back.
        LockedOut: says when to come again.
    """
    email = normalise(email)
    _refuse_locked(email)
    operator = db.session.scalar(
        sa.select(Operator).where(Operator.email == email).with_for_update()
    )
    fits = passwords.fits(operator.password_hash if operator else "", password)
    step = _step(operator, code.strip(), seal)
    proven = operator is not None and fits and _takes(operator, step, code)
    if operator is None or not (fits and operator.active and (proven or operator.may_enrol)):
        survive(lambda: _count_failure(email))
        raise NoEntry
    db.session.execute(sa.delete(OperatorFailure).filter_by(email_hash=_digest(email)))
    acts.leave("signed_in", of=(operator.id, operator.title))
    return _open(operator, proven=proven)


def _step(operator: Operator | None, code: str, seal: Seal) -> int | None:
    """Reckoned for everybody, with or without an account and a fitting password."""
    if operator is None:
        return codes.step_of(NOBODYS_SECRET, code, after=0)
    return codes.step_of(seal.open(operator.sealed_secret), code, after=operator.last_step)


def _takes(operator: Operator, step: int | None, code: str) -> bool:
    """Takes the code where it is good, so that it is good but once."""
    if operator.enrolled_at is None:
        return False
    if step is not None:
        operator.last_step = step
        return True
    if second_factor.spend_recovery_code(operator, code):
        acts.leave("recovered", of=(operator.id, operator.title))
        return True
    return False


def enrol(present: Principal, code: str, seal: Seal) -> tuple[Opened, list[str]]:
    """Set up the second factor: a new session, and the recovery codes, shown this once.

    Raises Invalid where the code does not fit.
    """
    operator = db.session.scalars(
        sa.select(Operator).where(Operator.id == present.id).with_for_update()
    ).one()
    step = codes.step_of(seal.open(operator.sealed_secret), code.strip(), after=0)
    if step is None or not operator.may_enrol:
        raise Invalid.field("code", "This code does not fit; enter the one that is shown now.")
    operator.enrolled_at, operator.last_step = clock.now(), step
    end_sessions(operator)  # also this one: who set up the factor starts afresh
    acts.leave("enrolled", of=(operator.id, operator.title))
    return _open(operator, proven=True), second_factor.new_recovery_codes(operator)


def _open(operator: Operator, *, proven: bool) -> Opened:
    """Always a new secret: one that was planted in a browser beforehand opens nothing."""
    token, stored = tokens.new_secret()
    session = OperatorSession(operator_id=operator.id, token_hash=stored, proven=proven)
    db.session.add(session)
    return Opened(session, token)


def sign_out(present: Principal) -> None:
    acts.leave("signed_out")
    session = db.session.scalars(
        sa.select(OperatorSession).where(OperatorSession.id == present.session_id)
    ).one()
    session.ended_at = clock.now()


def end_sessions(operator: Operator) -> None:
    db.session.execute(
        sa.update(OperatorSession)
        .where(OperatorSession.operator_id == operator.id, OperatorSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def principal(token: str) -> Principal | None:
    """Whose session this is now. A disabled operator, a session that is over or has rested too
    long, is nobody's."""
    now = clock.now()
    found = db.session.execute(
        sa.select(OperatorSession, Operator)
        .join(Operator, Operator.id == OperatorSession.operator_id)
        .where(OperatorSession.token_hash == tokens.digest(token))
        .where(OperatorSession.ended_at.is_(None), Operator.active)
        .where(OperatorSession.created_at > now - ABSOLUTE, OperatorSession.seen_at > now - IDLE)
    ).one_or_none()
    if found is None:
        return None
    session, operator = found
    if session.seen_at < now - SEEN_EVERY:
        session.seen_at = now
    may = OPERATE if session.proven else ENROL
    return Principal(
        operator.id, operator.email, operator.title,
        (Grant("operator", frozenset({may.key})),), session.id, Channel.WEB,
        kind=ActorType.OPERATOR, home=HOMES[may],
    )  # fmt: skip


def _digest(email: str) -> str:
    """Failures are counted for addresses nobody has, so the address itself is not kept."""
    return sha256(f"operator:{email}".encode()).hexdigest()


def _refuse_locked(email: str) -> None:
    wanted = sa.select(OperatorFailure.locked_until).filter_by(email_hash=_digest(email))
    lockout.refuse(db.session.scalar(wanted))


def _count_failure(email: str) -> None:
    hashed = _digest(email)
    wanted = sa.select(OperatorFailure).filter_by(email_hash=hashed)
    lockout.count(found_or_added(wanted, lambda: OperatorFailure(email_hash=hashed, failures=0)))
    acts.leave("sign_in_failed", of=(None, email))
