"""A passkey in software: what a telephone or a security key does with the browser's questions."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
"""Flags of what the authenticator says (WebAuthn Level 3, §6.1)."""
NO_MODEL = bytes(16)
Options = dict[str, Any]


@dataclass(slots=True)
class Authenticator:
    """Holds one key pair. `origin` is where its browser is; `verifies`: knows its person by PIN or
    fingerprint; `count`: of its uses, 0 for ever in one that is synchronised."""

    origin: str
    verifies: bool = True
    counts: bool = True
    count: int = 0
    rp_id: str = ""
    user_handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: Options) -> str:
        """As `navigator.credentials.create` answers, in JSON."""
        self.rp_id, self.user_handle = options["rp"]["id"], options["user"]["id"]
        said = {"fmt": "none", "attStmt": {}, "authData": self._says(ATTESTED) + self._attested()}
        response = {
            "clientDataJSON": self._browser_says("webauthn.create", options["challenge"]),
            "attestationObject": _text(encode_cbor(said)),
        }
        return self._credential(response)

    def get(self, options: Options) -> str:
        """As `navigator.credentials.get` answers, in JSON."""
        self.count += self.counts
        browser = self._browser_says("webauthn.get", options["challenge"])
        says = self._says()
        signed = says + sha256(_bytes(browser)).digest()
        response = {
            "clientDataJSON": browser,
            "authenticatorData": _text(says),
            "signature": _text(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.user_handle,
        }
        return self._credential(response)

    def _credential(self, response: dict[str, str]) -> str:
        named = {"id": _text(self.id), "rawId": _text(self.id), "type": "public-key"}
        return json.dumps({**named, "response": response, "clientExtensionResults": {}})

    def _browser_says(self, kind: str, challenge: str) -> str:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return _text(json.dumps(said).encode())

    def _says(self, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _attested(self) -> bytes:
        point = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        return NO_MODEL + len(self.id).to_bytes(2, "big") + self.id + encode_cbor(cose)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
