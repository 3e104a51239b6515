"""Time-based codes (RFC 6238) and the recovery codes that stand in for them."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

import pyotp
import segno
import sqlalchemy as sa
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import Settings
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.operators.models import Operator, OperatorRecoveryCode

STEP = 30
"""Seconds that a code is shown."""
DRIFT = (0, -1, 1)
"""Steps by which a telephone's clock may be off."""
RECOVERY_CODES = 10
ISSUER = "Stackroom console"


class Seal:
    """Keeps TOTP secrets unreadable in the database and its backups. The key is derived from the
    process's secret key, so whoever changes that must reset every second factor."""

    def __init__(self, settings: Settings) -> None:
        key = HKDF(hashes.SHA256(), 32, salt=None, info=b"stackroom operators' second factor")
        secret = settings.secret_key.get_secret_value().encode()
        self._fernet = Fernet(urlsafe_b64encode(key.derive(secret)))

    def new_secret(self) -> str:
        return self.close(pyotp.random_base32())

    def close(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        return self._fernet.decrypt(sealed.encode()).decode()


def step_of(secret: str, code: str, *, after: int) -> int | None:
    """The time step that `code` belongs to, where it is later than `after`; else None."""
    present = int(clock.now().timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    fitting = [
        present + off
        for off in DRIFT
        if secrets.compare_digest(totp.at((present + off) * STEP).encode(), code.encode())
    ]
    later = [step for step in fitting if step > after]
    return later[0] if later else None


def provisioning(operator: Operator, secret: str) -> str:
    """What an authenticator app reads: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=operator.email, issuer_name=ISSUER)


def picture(address: str) -> str:
    """A QR code as a `data:` address; dark on light in either theme, as cameras want it."""
    return segno.make_qr(address).svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def new_recovery_codes(operator: Operator) -> list[str]:
    """Replaces those there were. They are shown once; only their hashes are kept."""
    forget_recovery_codes(operator)
    codes = [_code() for _ in range(RECOVERY_CODES)]
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


def _code() -> str:
    """50 bits, to be read from paper: behind a password, and locked out after a few guesses."""
    return "-".join(pyotp.random_base32(32)[:5].lower() for _ in range(2))


def _digest(code: str) -> str:
    return sha256(code.strip().lower().encode()).hexdigest()
