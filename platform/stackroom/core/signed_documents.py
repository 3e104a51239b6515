"""Documents that can be checked without this Stackroom: certificates, reports.

One is JSON with sorted keys, two spaces of indent and a line feed at its end. What is signed
(Ed25519) is the same text without its `signature`. There is one way to write it, so a file in
which any byte was changed is refused.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from stackroom.core.signing import Signer, is_signed


class Unsound(Exception):
    """The sentence says what is wrong with a document."""


def issue(kind: str, facts: Mapping[str, Any], signer: Signer) -> bytes:
    document = {
        **facts,
        "kind": kind,
        "version": 1,
        "key_id": signer.key_id,
        "public_key": signer.public_key,
    }
    return _write({**document, "signature": signer.sign(_write(document))})


def read(kind: str, file: bytes, public_key: str) -> dict[str, Any]:
    """What a sound document says. `public_key` is the one that is trusted: the file's own proves
    nothing.

    Raises:
        Unsound: it is no `kind`, was changed, or was signed with another key.
    """
    document = _read(kind, file)
    signature = str(document.pop("signature", ""))
    if document.get("kind") != kind or not _is_plain(signature):
        raise Unsound(f"This is no {kind}.")
    if document.get("public_key") != public_key:
        raise Unsound(
            f"It names the key {document.get('key_id')}, which is not the one it is checked with."
        )
    if not is_signed(_write(document), signature, public_key):
        raise Unsound("It was changed after it was signed.")
    return document


def _read(kind: str, file: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(file)
    except orjson.JSONDecodeError:
        raise Unsound(f"This is no {kind}: it is not JSON.") from None
    if not isinstance(document, dict):
        raise Unsound(f"This is no {kind}.")
    if _write(document) != file:
        raise Unsound("It was changed: it is not written as signed documents are.")
    return document


def _is_plain(signature: str) -> bool:
    """Base64 has several ways to write the same bytes; a signed document has one."""
    try:
        return b64encode(b64decode(signature, validate=True)).decode() == signature
    except ValueError:
        return False


def _write(document: Mapping[str, Any]) -> bytes:
    layout = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(dict(document), option=layout)
