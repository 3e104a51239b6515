"""A fresh proof that it is them, before what a found open browser must not do."""

from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.permissions import Principal
from stackroom.staff import sign_in
from stackroom.staff.errors import InvalidCredentials
from stackroom.staff.factors import events, queries
from stackroom.staff.factors.codes import Seal
from stackroom.staff.factors.errors import CodeRefused
from stackroom.staff.factors.service import apps
from stackroom.staff.models import SignInSession
from stackroom.staff.passwords import Passwords


def by_password(present: Principal, password: str, passwords: Passwords) -> None:
    """Raises Invalid, counted as a failed sign-in, or LockedOut."""
    try:
        sign_in.confirm(present.email, password, passwords=passwords)
    except InvalidCredentials:
        raise Invalid.field("password", "This is not your password.") from None
    note(present, "their password")


def by_code(present: Principal, code: str, seal: Seal) -> None:
    """Raises Invalid, counted as a wrong code, or LockedOut."""
    try:
        apps.show(present.id, code, seal)
    except CodeRefused as refused:
        raise Invalid.field("otp", refused.detail) from None
    note(present, "a code")


def note(present: Principal, proof: str) -> None:
    """`proof` completes “confirmed with …”."""
    session = _session(present.session_id)
    session.proved_at = clock.now()
    record(events.PROVED, queries.account(present.id), proof=proof)


def _session(session_id: UUID) -> SignInSession:
    return db.session.scalars(sa.select(SignInSession).where(SignInSession.id == session_id)).one()
