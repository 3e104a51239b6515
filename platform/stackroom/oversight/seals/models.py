"""Checkpoints over the trail, what each of them seals, and the keys that sign them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.columns import Json
from tenants.orm import Base, Ledger, Scoped, TenantRow


class AuditUnsealed(TenantRow, Base):
    """A transaction that waits for its checkpoint. A trigger of `audit_transactions` adds it, so
    what is committed late, under an older id, waits here like any other."""

    __tablename__ = "audit_unsealed"

    transaction_id: Mapped[int] = mapped_column(
        sa.BigInteger, primary_key=True, autoincrement=False
    )


class AuditKey(Ledger, Base):
    """A public key: `public` is base64, `signed_by` the id of the key before it, or its own where
    no earlier one vouches for it."""

    __tablename__ = "audit_keys"
    __append_only__ = True
    __unversioned__: ClassVar[str] = "it never changes; a new key is a new row"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "number"),)

    number: Mapped[int]
    key_id: Mapped[str] = mapped_column(sa.String(16))
    public: Mapped[str] = mapped_column(sa.String(44))
    made_at: Mapped[datetime]
    signed_by: Mapped[str] = mapped_column(sa.String(16))
    signature: Mapped[str] = mapped_column(sa.String(88))

    @property
    def vouches_for_itself(self) -> bool:
        return self.signed_by == self.key_id


class AuditSigner(Ledger, Base):
    """The private key that signs now, sealed; the one before it is gone."""

    __tablename__ = "audit_signers"
    __unversioned__: ClassVar[str] = "a secret; that it was replaced is an event"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "number"),)

    number: Mapped[int]
    sealed: Mapped[str] = mapped_column(sa.String(300))


class AuditCheckpoint(Ledger, Base):
    """`number` counts from 1 without a gap; being unique, it lets one of two sealers win.
    `previous` is the hash of the checkpoint before it, empty for the first."""

    __tablename__ = "audit_checkpoints"
    __append_only__ = True
    __unversioned__: ClassVar[str] = "it never changes, and is what proves that history did not"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "number"),)

    number: Mapped[int]
    previous: Mapped[str] = mapped_column(sa.String(64))
    root: Mapped[str] = mapped_column(sa.String(64))
    leaves: Mapped[int]
    transactions: Mapped[int]
    first_id: Mapped[int] = mapped_column(sa.BigInteger)
    last_id: Mapped[int] = mapped_column(sa.BigInteger)
    key_id: Mapped[str] = mapped_column(sa.String(16))
    made_at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(sa.String(88))


class AuditSealed(TenantRow, Base):
    """Which checkpoint seals a transaction, and the hash of each of its rows by name, so that a
    row that was altered can be named."""

    __tablename__ = "audit_sealed"
    __append_only__ = True
    __table_args__ = (
        sa.Index("ix_audit_sealed_checkpoint", "tenant_id", "checkpoint", "transaction_id"),
    )

    transaction_id: Mapped[int] = mapped_column(
        sa.BigInteger, primary_key=True, autoincrement=False
    )
    checkpoint: Mapped[int]
    leaves: Mapped[dict[str, Any]] = mapped_column(Json)


class JobState(StrEnum):
    """A check ends as sound or broken, evidence as ready; both may fail."""

    QUEUED = "queued"
    RUNNING = "running"
    SOUND = "sound"
    BROKEN = "broken"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


UNDERWAY = frozenset({JobState.QUEUED, JobState.RUNNING})


def _words(kind: type[StrEnum]) -> sa.Enum:
    return sa.Enum(kind, native_enum=False, length=20, values_callable=list)


class SealJob(Ledger, Base):
    """Work on checkpoints `first` to `last`, of which `done` are read so far."""

    __abstract__ = True
    __unversioned__: ClassVar[str] = "a job's progress; asking, finishing and taking are events"

    state: Mapped[JobState] = mapped_column(_words(JobState), default=JobState.QUEUED)
    first: Mapped[int]
    last: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str] = mapped_column(sa.String(500), default="")
    asked_by_id: Mapped[UUID | None]
    asked_by: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return f"checkpoints {self.first} to {self.last}"


class SealCheck(SealJob):
    """`faults` are the first that were found, of `fault_count`; `last_digest` is what the last
    checkpoint was known by then."""

    __tablename__ = "audit_seal_checks"
    __table_args__ = (sa.Index("ix_audit_seal_checks_state", "tenant_id", "state", "id"),)

    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    fault_count: Mapped[int] = mapped_column(default=0)
    last_digest: Mapped[str] = mapped_column(sa.String(64), default="")


class EvidenceFile(SealJob):
    """`size` in bytes and `sha256` are of the file, which is there while it is ready."""

    __tablename__ = "audit_evidence_files"
    __table_args__ = (sa.Index("ix_audit_evidence_files_state", "tenant_id", "state", "id"),)

    file_key: Mapped[str] = mapped_column(sa.String(120), default="")
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    expires_at: Mapped[datetime | None]


class Rhythm(StrEnum):
    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class SealDelivery(Scoped, Base):
    """Where the latest checkpoint goes, out of our hands: mail addresses, and a URL that it is
    posted to. `sent_*` tell of the last one that went."""

    __tablename__ = "audit_seal_deliveries"
    __called__: ClassVar[str] = "delivery of checkpoints"
    __labels__: ClassVar[Mapping[str, str]] = {
        "url": "address it is posted to",
        "addresses": "addresses it is mailed to",
        "sent_number": "number of the last one sent",
        "sent_digest": "digest of the last one sent",
        "sent_at": "time of the last sending",
    }
    __table_args__ = (sa.UniqueConstraint("tenant_id"),)

    rhythm: Mapped[Rhythm] = mapped_column(_words(Rhythm), default=Rhythm.WEEKLY)
    addresses: Mapped[list[str]] = mapped_column(Json, default=list)
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    sent_number: Mapped[int] = mapped_column(default=0)
    sent_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    sent_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return "delivery of checkpoints"
