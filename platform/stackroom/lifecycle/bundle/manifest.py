"""What a bundle says of itself: whose it is, each member with its hash, the root of its audit. It
is signed, so whoever holds the public key can tell whether anything was changed."""

from typing import Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from stackroom.core.canonical import dump
from stackroom.core.signing import Signer, is_signed

NAME = "manifest.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Strict):
    """`bytes` is its size unpacked; `lines` is None for a file."""

    name: str
    bytes: int = Field(ge=0)
    lines: int | None = Field(ge=0)
    sha256: str = Field(pattern="[0-9a-f]{64}")


class Whose(_Strict):
    """The organisation, as far as others may know it."""

    uuid: UUID
    slug: str
    name: str
    plan: str
    region: str
    library_type: str
    timezone: str
    created_at: str


class Proof(_Strict):
    """Merkle root (RFC 6962 §2.1) over the lines of `audit/entries.jsonl`."""

    root: str = Field(pattern="[0-9a-f]{64}")
    leaves: int = Field(ge=0)


class Arrival(_Strict):
    """A row of `audit_transactions` and one of `audit_entries`: when it came from elsewhere."""

    transaction: dict[str, Any]
    entry: dict[str, Any]


class Key(_Strict):
    algorithm: Literal["Ed25519"] = "Ed25519"
    id: str
    public: str


class Manifest(_Strict):
    """`made_at`, `arrivals` and `signature` are all that differs between the bundle an
    organisation left with and one that is made where it arrived."""

    format: Literal["stackroom-bundle/1"] = "stackroom-bundle/1"
    made_at: str
    stackroom: str
    migration: str
    organisation: Whose
    members: list[Member]
    missing_files: list[str]
    """Named by rows, and not in the store any more."""
    audit: Proof
    arrivals: list[Arrival]
    key: Key
    signature: str = ""

    def signed(self, signer: Signer) -> "Manifest":
        return self.model_copy(update={"signature": signer.sign(self._signable())})

    def is_signed_by(self, public_key: str) -> bool:
        return is_signed(self._signable(), self.signature, public_key)

    def _signable(self) -> bytes:
        """All of it but the signature, in canonical JSON."""
        return dump(self.model_dump(mode="json", exclude={"signature"}))

    def document(self) -> bytes:
        """For people as well, so on many lines."""
        options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(self.model_dump(mode="json"), option=options)

    def member(self, name: str) -> Member:
        return next(member for member in self.members if member.name == name)


def key_of(signer: Signer) -> Key:
    return Key(id=signer.key_id, public=signer.public_key)
