"""Wrong codes lock an account's second factor out for a while. Only who has the password already,
or sits at an open session, can bring that about: nobody is kept out by strangers."""

from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db, found_or_added, survive
from stackroom.staff import lockout
from stackroom.staff.factors import events, queries
from stackroom.staff.models import SignInFailure


def refuse_locked(account_id: UUID) -> None:
    """Raises LockedOut, which says when to come again."""
    counted = sa.select(SignInFailure.locked_until).filter_by(email_hash=_name(account_id))
    lockout.refuse(db.session.scalar(counted))


def count(account_id: UUID, why: str) -> None:
    """Once the refusal has rolled back."""
    survive(lambda: _count(account_id, why))


def forget(account_id: UUID) -> None:
    db.session.execute(sa.delete(SignInFailure).filter_by(email_hash=_name(account_id)))


def _count(account_id: UUID, why: str) -> None:
    name = _name(account_id)
    wanted = sa.select(SignInFailure).filter_by(email_hash=name)
    counted = found_or_added(wanted, lambda: SignInFailure(email_hash=name, failures=0))
    lockout.count(counted)
    counted.failed_at = clock.now()
    record(events.REFUSED, queries.account(account_id), why=why)


def _name(account_id: UUID) -> str:
    """Beside the counts of e-mail addresses, which a right password sets back."""
    return sha256(f"factor:{account_id}".encode()).hexdigest()
