"""Time-based codes (RFC 6238), recovery codes, and how their secrets are kept."""

import hmac
import secrets
from hashlib import sha256
from uuid import UUID

import pyotp
import segno

from stackroom.core import clock, sealing

STEP = 30
"""Seconds that a code is shown."""
DRIFT = (0, -1, 1)
"""Steps by which a telephone's clock may be off."""
RECOVERY_CODES = 10


class Seal(sealing.Seal):
    """Of the secrets of factors."""

    def new_secret(self) -> str:
        return self.close(pyotp.random_base32())

    def digest(self, owner: UUID, code: str) -> str:
        """Of a recovery code. Keyed, for 50 bits could be guessed from a stolen backup."""
        text = f"{owner}:{code.strip().lower()}"
        return hmac.new(self._key, text.encode(), sha256).hexdigest()


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


def provisioning(secret: str, *, name: str, issuer: str) -> str:
    """What an authenticator app reads: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def picture(address: str) -> str:
    """A QR code as a `data:` address; dark on light in either theme, as cameras want it."""
    return segno.make_qr(address).svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def new_code() -> str:
    """50 bits, to be read from paper: behind a password, and locked out after a few guesses."""
    return "-".join(pyotp.random_base32(32)[:5].lower() for _ in range(2))
