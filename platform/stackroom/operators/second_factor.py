"""The operators' codes and the recovery codes that stand in for them."""

from hashlib import sha256

import sqlalchemy as sa

from config import Settings
from stackroom.core.database import db
from stackroom.operators.models import Operator, OperatorRecoveryCode
from stackroom.staff.factors.codes import RECOVERY_CODES, Seal, new_code, provisioning

ISSUER = "Stackroom console"


def seal(settings: Settings) -> Seal:
    return Seal(settings, "operators' second factor")


def address(operator: Operator, secret: str) -> str:
    return provisioning(secret, name=operator.email, issuer=ISSUER)


def new_recovery_codes(operator: Operator) -> list[str]:
    """Replaces those there were. They are shown once; only their hashes are kept."""
    forget_recovery_codes(operator)
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        OperatorRecoveryCode(operator_id=operator.id, code_hash=_digest(code)) for code in codes
    )
    return codes


def forget_recovery_codes(operator: Operator) -> None:
    db.session.execute(
        sa.delete(OperatorRecoveryCode).where(OperatorRecoveryCode.operator_id == operator.id)
    )


def spend_recovery_code(operator: Operator, code: str) -> bool:
    """Whether it was one of this operator's; it serves no second time."""
    spent = db.session.execute(
        sa.delete(OperatorRecoveryCode)
        .where(OperatorRecoveryCode.operator_id == operator.id)
        .where(OperatorRecoveryCode.code_hash == _digest(code))
    )
    return bool(spent.rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows


def _digest(code: str) -> str:
    return sha256(code.strip().lower().encode()).hexdigest()
