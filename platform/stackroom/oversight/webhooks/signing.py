"""Signatures as of Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256 over the
message's id, the second in which it is sent, and its body, by a secret that both sides hold."""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(message_id: str, at: datetime, body: str, signers: Iterable[str]) -> dict[str, str]:
    """Signed by each secret, so that a receiver may hold the old one or the new."""
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.{body}".encode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in signers),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
