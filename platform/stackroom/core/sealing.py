"""Secrets that are kept where others may read them: in the database and its backups, in a cookie.
Each purpose has a key of its own, derived from the process's secret key; whoever changes that must
set up anew what was sealed."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import Settings
from stackroom.core import clock


class Broken(Exception):
    """It was not sealed here for this purpose, was changed, or is too old."""


class Seal:
    def __init__(self, settings: Settings, purpose: str) -> None:
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=f"stackroom {purpose}".encode())
        self._key = derived.derive(settings.secret_key.get_secret_value().encode())
        self._fernet = Fernet(urlsafe_b64encode(self._key))

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
