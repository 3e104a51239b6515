"""What people do for their own account: their devices, and their password."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock, outbox
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff import events, passwords, sign_in
from stackroom.staff.errors import InvalidCredentials
from stackroom.staff.models import Account, SignInSession
from stackroom.staff.security.notices import PASSWORD_CHANGED_MAIL


def sessions(account_id: UUID, query: PageQuery) -> Page[SignInSession]:
    """Where this person is signed in, latest first."""
    latest = SignInSession.created_at.desc(), SignInSession.id
    return paginate(db.session(), _sessions(account_id).order_by(*latest), query)


def last_sign_in(account_id: UUID) -> datetime | None:
    """Of the sessions that are kept, also of those that have ended."""
    asked = sa.select(sa.func.max(SignInSession.created_at))
    return db.session.scalar(asked.where(SignInSession.account_id == account_id))


def close_session(account_id: UUID, session_id: UUID) -> None:
    """Raises NotFound for a session of somebody else, as for none."""
    found = db.session.scalar(_sessions(account_id).where(SignInSession.id == session_id))
    if found is None:
        raise NotFound
    found.revoked_at = clock.now()
    record(events.SESSION_CLOSED, _account(account_id))


def close_other_sessions(account_id: UUID, present: UUID) -> None:
    sign_in.close_sessions(account_id, but=present)
    record(events.SESSION_CLOSED, _account(account_id))


def change_password(
    account_id: UUID, present: UUID, *, old: str, new: str, hasher: passwords.Passwords
) -> None:
    """Close every session but the present one, since somebody else may know the old password.

    Raises Invalid (old or new password) or LockedOut: a wrong old password counts as a failure.
    """
    account = _account(account_id)
    try:
        sign_in.confirm(account.email, old, passwords=hasher)
    except InvalidCredentials:
        raise Invalid.field("old_password", "This is not your present password.") from None
    passwords.check(new, field="new_password", knows=(account.email, account.name), old=old)
    account.password_hash = hasher.hash(new)
    sign_in.close_sessions(account_id, but=present)
    record(events.PASSWORD_CHANGED, account)
    outbox.send(PASSWORD_CHANGED_MAIL, {"account_id": str(account.id)})


def _account(account_id: UUID) -> Account:
    return db.session.scalars(sa.select(Account).where(Account.id == account_id)).one()


def _sessions(account_id: UUID) -> sa.Select[SignInSession]:
    return sa.select(SignInSession).where(SignInSession.account_id == account_id, sign_in.is_live())
