"""The signed certificate of a purge, as a file that can be checked without this Stackroom.

A certificate is JSON with sorted keys, two spaces of indent and a line feed at its end. What is
signed (Ed25519) is the same text without its `signature`. There is one way to write it, so a file
in which any byte was changed is refused.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from stackroom.core.signing import Signer, is_signed
from stackroom.lifecycle.errors import BadCertificate

KIND = "stackroom purge certificate"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a sound certificate vouches for."""

    organisation: str
    purged_at: str
    by: str
    key_id: str
    erased: int


def issue(facts: Mapping[str, Any], signer: Signer) -> str:
    document = {
        **facts,
        "kind": KIND,
        "version": 1,
        "key_id": signer.key_id,
        "public_key": signer.public_key,
    }
    return _write({**document, "signature": signer.sign(_write(document))}).decode()


def verify(file: bytes, public_key: str) -> Certificate:
    """`public_key` is the one that is trusted: the file's own proves nothing.

    Raises:
        BadCertificate: it is no certificate, was changed, or was signed with another key.
    """
    document = _read(file)
    signature = str(document.pop("signature", ""))
    if document.get("kind") != KIND or not _is_plain(signature):
        raise BadCertificate("This is no certificate of a purge.")
    if document.get("public_key") != public_key:
        raise BadCertificate(
            f"It names the key {document.get('key_id')}, which is not the one it is checked with."
        )
    if not is_signed(_write(document), signature, public_key):
        raise BadCertificate("It was changed after it was signed.")
    return Certificate(
        document["organisation"], document["purged_at"], document["by"], document["key_id"],
        sum(sum(store.values()) for store in document["erased"].values()),
    )  # fmt: skip


def _read(file: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(file)
    except orjson.JSONDecodeError:
        raise BadCertificate("This is no certificate of a purge: it is not JSON.") from None
    if not isinstance(document, dict):
        raise BadCertificate("This is no certificate of a purge.")
    if _write(document) != file:
        raise BadCertificate("It was changed: it is not written as certificates are.")
    return document


def _is_plain(signature: str) -> bool:
    """Base64 has several ways to write the same bytes; a certificate has one."""
    try:
        return b64encode(b64decode(signature, validate=True)).decode() == signature
    except ValueError:
        return False


def _write(document: Mapping[str, Any]) -> bytes:
    layout = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(dict(document), option=layout)
