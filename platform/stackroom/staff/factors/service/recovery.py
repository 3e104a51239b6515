"""Recovery codes: ten, shown once, each good for one lost factor."""

from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.core.errors import Conflict
from stackroom.staff.factors import events, notices, queries
from stackroom.staff.factors.codes import RECOVERY_CODES, Seal, new_code
from stackroom.staff.factors.models import RecoveryCode


def make(account_id: UUID, seal: Seal) -> list[str]:
    """Replaces those there were; only hashes are kept. Raises Conflict without any factor."""
    if not queries.has_factor(account_id):
        raise Conflict("Recovery codes stand in for a second factor: set one up first.")
    before = queries.codes_left(account_id)
    forget(account_id)
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(account_id=account_id, code_hash=seal.digest(account_id, code))
        for code in codes
    )
    record(events.CODES_MADE, queries.account(account_id), count=len(codes), before=before)
    return codes


def spend(account_id: UUID, code: str, seal: Seal) -> bool:
    """Whether it was one of theirs; it serves no second time."""
    spent = db.session.execute(
        sa.delete(RecoveryCode)
        .where(RecoveryCode.account_id == account_id)
        .where(RecoveryCode.code_hash == seal.digest(account_id, code))
    )
    if not spent.rowcount:  # type: ignore[attr-defined]  # a DELETE counts its rows
        return False
    left = queries.codes_left(account_id)
    record(events.CODE_SPENT, queries.account(account_id), left=left)
    notices.tell(account_id, notices.CODE_SPENT, str(left))
    return True


def forget(account_id: UUID) -> None:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
