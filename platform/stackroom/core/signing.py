"""Signatures that outlive the process: certificates and manifests, by Ed25519 (RFC 8032)."""

from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from config import Settings


class Signer:
    def __init__(self, settings: Settings) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(
            b64decode(settings.signing_key.get_secret_value())
        )

    @property
    def public_key(self) -> str:
        """Base64 of the 32 bytes; whoever is to check a signature later keeps it."""
        return b64encode(self._key.public_key().public_bytes_raw()).decode()

    @property
    def key_id(self) -> str:
        return sha256(b64decode(self.public_key)).hexdigest()[:16]

    def sign(self, document: bytes) -> str:
        """Base64 of the 64 bytes."""
        return b64encode(self._key.sign(document)).decode()


def is_signed(document: bytes, signature: str, public_key: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public_key)).verify(
            b64decode(signature), document
        )
    except (InvalidSignature, ValueError):
        return False
    return True
