"""The signed certificate of a purge, as a file that can be checked without this Stackroom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stackroom.core import signed_documents
from stackroom.core.signing import Signer
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
    return signed_documents.issue(KIND, facts, signer).decode()


def verify(file: bytes, public_key: str) -> Certificate:
    """`public_key` is the one that is trusted: the file's own proves nothing.

    Raises:
        BadCertificate: it is no certificate, was changed, or was signed with another key.
    """
    try:
        document = signed_documents.read(KIND, file, public_key)
    except signed_documents.Unsound as error:
        raise BadCertificate(str(error)) from None
    return Certificate(
        document["organisation"], document["purged_at"], document["by"], document["key_id"],
        sum(sum(store.values()) for store in document["erased"].values()),
    )  # fmt: skip
