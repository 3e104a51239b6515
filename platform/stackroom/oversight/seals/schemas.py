"""Seals as the API and the pages show them."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BeforeValidator, EmailStr, Field, StringConstraints, model_validator

from stackroom.core.schemas import In, Instant, Out, PageOut, Text, example
from stackroom.oversight.seals.models import JobState, Rhythm


def _apart(given: Any) -> Any:
    """A page's form has one field for all."""
    return given.replace(",", " ").split() if isinstance(given, str) else given


Addresses = Annotated[list[EmailStr], BeforeValidator(_apart)]
Url = Annotated[Text, StringConstraints(max_length=500)]


class CheckpointOut(Out):
    model_config = example(
        {
            "number": 12,
            "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "previous": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
            "root": "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
            "leaves": 410,
            "transactions": 97,
            "first_id": "841000000000000000",
            "last_id": "841000000000900000",
            "key_id": "8f434346648f6b96",
            "made_at": "2026-03-28T10:00:00Z",
            "signature": "bWFkZSBmb3IgdGhpcyBleGFtcGxlIG9ubHk=",
        }
    )

    number: int
    hash: str = Field(description="what the checkpoint is known by; keep it outside of Stackroom")
    previous: str = Field(description="the hash of the one before; empty for the first")
    root: str = Field(description="Merkle root (RFC 6962) over all rows it seals")
    leaves: int = Field(description="how many rows")
    transactions: int
    first_id: str
    last_id: str
    key_id: str
    made_at: Instant
    signature: str = Field(description="Ed25519, base64")


class CheckpointPage(PageOut):
    items: list[CheckpointOut]


class SealKeyOut(Out):
    model_config = example(
        {
            "number": 1,
            "id": "8f434346648f6b96",
            "public": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "made_at": "2026-03-28T10:00:00Z",
            "signed_by": "8f434346648f6b96",
            "in_force": True,
        }
    )

    number: int
    id: str
    public: str = Field(description="Ed25519, base64 of 32 bytes")
    made_at: Instant
    signed_by: str = Field(description="the key before it; its own id where none vouches for it")
    in_force: bool


class SealKeysOut(Out):
    model_config = example(
        {
            "items": [
                {
                    "number": 1,
                    "id": "8f434346648f6b96",
                    "public": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                    "made_at": "2026-03-28T10:00:00Z",
                    "signed_by": "8f434346648f6b96",
                    "in_force": True,
                }
            ]
        }
    )

    items: list[SealKeyOut]


class FaultOut(Out):
    code: str
    sentence: str
    checkpoint: int | None
    row: str


class CheckOut(Out):
    model_config = example(
        {
            "id": "0193b3a4-5d7e-7c31-9f5e-2b8f6a1c4d70",
            "state": "sound",
            "last": 12,
            "done": 12,
            "faults": [],
            "fault_count": 0,
            "detail": "",
            "asked_by": "Alva Auditor",
            "asked_at": "2026-03-28T10:00:00Z",
            "finished_at": "2026-03-28T10:00:21Z",
        }
    )

    id: UUID
    state: JobState
    last: int = Field(description="the newest checkpoint when it was asked for")
    done: int = Field(description="checkpoints read so far")
    faults: list[FaultOut] = Field(description="at most 200 of them")
    fault_count: int
    detail: str = Field(description="why it failed")
    asked_by: str
    asked_at: Instant
    finished_at: Instant | None


class CheckPage(PageOut):
    items: list[CheckOut]


class EvidenceIn(In):
    model_config = example({"first": 1, "last": 12})

    first: int | None = Field(
        None, ge=1, le=2**31 - 1, description="left out: the first whose rows are not in an archive"
    )
    last: int | None = Field(None, ge=1, le=2**31 - 1, description="left out: the newest")


class EvidenceOut(Out):
    model_config = example(
        {
            "id": "0193b3a4-5d7e-7c31-9f5e-2b8f6a1c4d71",
            "state": "ready",
            "first": 1,
            "last": 12,
            "done": 12,
            "size": 73400,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "detail": "",
            "asked_by": "Alva Auditor",
            "asked_at": "2026-03-28T10:00:00Z",
            "finished_at": "2026-03-28T10:00:21Z",
            "expires_at": "2026-04-27T10:00:21Z",
        }
    )

    id: UUID
    state: JobState
    first: int
    last: int
    done: int = Field(description="checkpoints written so far")
    size: int = Field(description="bytes of the file; 0 until it is ready")
    sha256: str
    detail: str = Field(description="why it failed")
    asked_by: str
    asked_at: Instant
    finished_at: Instant | None
    expires_at: Instant | None


class EvidencePage(PageOut):
    items: list[EvidenceOut]


class ProofOut(Out):
    format: str
    entry: str
    checkpoint: dict[str, Any]
    keys: list[dict[str, Any]]
    rows: list[dict[str, Any]]


class DeliveryIn(In):
    model_config = example(
        {
            "rhythm": "weekly",
            "addresses": ["audit@town.example"],
            "url": "https://audit.town.example/stackroom",
        }
    )

    rhythm: Rhythm = Rhythm.WEEKLY
    addresses: Addresses = Field([], max_length=10, description="who gets a mail")
    url: Url = Field("", description="where it is posted as JSON")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.rhythm is not Rhythm.NEVER and not (self.addresses or self.url):
            raise ValueError("Give an address or a URL, or choose never.")
        return self


class DeliveryOut(Out):
    model_config = example(
        {
            "rhythm": "weekly",
            "addresses": ["audit@town.example"],
            "url": "",
            "sent_number": 12,
            "sent_at": "2026-03-28T10:00:00Z",
        }
    )

    rhythm: Rhythm
    addresses: list[str]
    url: str
    sent_number: int = Field(description="the last checkpoint that went; 0 before the first")
    sent_at: Instant | None


class StandingOut(Out):
    model_config = example(
        {"sealed_until": "2026-03-28T10:00:00Z", "checkpoint": 12, "waiting": 3, "check": None}
    )

    sealed_until: Instant | None = Field(description="when the newest checkpoint was made")
    checkpoint: int = Field(description="its number; 0 before the first")
    waiting: int = Field(description="transactions that are in no checkpoint yet")
    check: CheckOut | None = Field(description="the last check that came to an end")
