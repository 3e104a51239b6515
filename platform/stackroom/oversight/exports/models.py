"""A part of the audit trail on its way to whoever asked, as one file."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.orm import Base, Ledger


class ExportStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    OCSF = "ocsf"


UNDERWAY = frozenset({ExportStatus.QUEUED, ExportStatus.RUNNING})


class AuditExport(Ledger, Base):
    """`filter` is an Filters. `with_values`: the file holds what fields held, and not their
    names alone. `done` of `total` entries are written. `size` in bytes and `sha256` are of the
    file, which is there while the export is ready."""

    __tablename__ = "audit_exports"
    __unversioned__: ClassVar[str] = "a job's progress; asking, finishing and taking are events"
    __table_args__ = (sa.Index("ix_audit_exports_expires", "tenant_id", "status", "expires_at"),)

    status: Mapped[ExportStatus] = mapped_column(
        sa.Enum(ExportStatus, native_enum=False, length=20, values_callable=list),
        default=ExportStatus.QUEUED,
    )
    format: Mapped[Format] = mapped_column(
        sa.Enum(Format, native_enum=False, length=20, values_callable=list)
    )
    filter: Mapped[dict[str, Any]]
    with_values: Mapped[bool]
    done: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    total: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    file_key: Mapped[str] = mapped_column(sa.String(120), default="")
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    detail: Mapped[str] = mapped_column(sa.String(500), default="")
    requested_by_id: Mapped[UUID | None]
    requested_by: Mapped[str] = mapped_column(sa.String(200))
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return f"audit trail as {self.format.value}, {self.requested_at:%Y-%m-%d}"
