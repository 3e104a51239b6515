"""Links that let whoever reads the mail choose a new password; only their hashes are kept."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db, found_or_added
from stackroom.staff import tokens
from stackroom.staff.models import Account
from stackroom.staff.security.errors import InvalidReset
from stackroom.staff.security.models import PasswordReset

SERVES = timedelta(hours=1)
IN_AN_HOUR = 3
"""How many somebody is mailed who asks; so nobody's mailbox is filled by asking for them."""


def issue(account: Account, link_id: UUID) -> str:
    """The token of a new link; earlier ones are over. Issued again under the same id, it is the
    same link with another token. Empty where it has been used or replaced meanwhile."""
    token, hashed = tokens.new_secret()
    until = clock.now() + SERVES
    fresh = PasswordReset(id=link_id, account_id=account.id, token_hash=hashed, expires_at=until)
    link = found_or_added(sa.select(PasswordReset).filter_by(id=link_id), lambda: fresh)
    if link.ended_at:
        return ""
    link.token_hash, link.expires_at = hashed, until
    end_all(account.id, but=link_id)
    return token


def end_all(account_id: UUID, but: UUID | None = None) -> None:
    db.session.execute(
        sa.update(PasswordReset)
        .where(PasswordReset.account_id == account_id, PasswordReset.ended_at.is_(None))
        .where(PasswordReset.id != but if but else sa.true())
        .values(ended_at=clock.now())
    )


def too_many(account: Account, link_id: UUID) -> bool:
    """Whether this one would be beyond what somebody may ask for."""
    recent = (
        sa.select(sa.func.count())
        .select_from(PasswordReset)
        .where(PasswordReset.account_id == account.id, PasswordReset.id != link_id)
        .where(PasswordReset.created_at > clock.now() - SERVES)
    )
    return (db.session.scalar(recent) or 0) >= IN_AN_HOUR


def owner(token: str) -> Account:
    """Whose link it is, locked until the transaction ends, so that it serves once.

    Raises InvalidReset.
    """
    found = db.session.execute(
        sa.select(Account, PasswordReset)
        .join(PasswordReset, PasswordReset.account_id == Account.id)
        .where(PasswordReset.token_hash == tokens.digest(token), Account.active)
        .where(PasswordReset.ended_at.is_(None), PasswordReset.expires_at > clock.now())
        .with_for_update(of=PasswordReset)
    ).first()
    if found is None:
        raise InvalidReset
    account: Account = found[0]
    return account


def forget_old() -> None:
    old = PasswordReset.created_at < clock.now() - timedelta(days=1)
    db.session.execute(sa.delete(PasswordReset).where(old))
