"""What is kept where others may read it: client secrets in the database, a sign-in under way in a
cookie. Each purpose has a key of its own, derived from the process's secret key."""

from base64 import urlsafe_b64encode
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stackroom.core import clock

Purpose = Literal["client secret", "sign-in under way"]


class Broken(Exception):
    """It was not sealed here for this purpose, was changed, or is too old."""


class Seal:
    def __init__(self, secret_key: str, purpose: Purpose) -> None:
        key = HKDF(hashes.SHA256(), 32, salt=None, info=f"stackroom sso {purpose}".encode())
        self._fernet = Fernet(urlsafe_b64encode(key.derive(secret_key.encode())))

    def close(self, text: str) -> str:
        return self._fernet.encrypt_at_time(text.encode(), _now()).decode()

    def open(self, sealed: str, *, within: int | None = None) -> str:
        """`within` so many seconds of its sealing. Raises Broken."""
        try:
            if within is None:
                return self._fernet.decrypt(sealed.encode()).decode()
            return self._fernet.decrypt_at_time(sealed.encode(), within, _now()).decode()
        except (InvalidToken, ValueError):
            raise Broken from None


def _now() -> int:
    return int(clock.now().timestamp())
