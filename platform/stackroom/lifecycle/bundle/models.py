"""An export: one file that holds all of an organisation, on its way to whoever asked."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
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
    EXPIRED = "expired"


UNDERWAY = frozenset({ExportStatus.QUEUED, ExportStatus.RUNNING})


class Export(Ledger, Base):
    """`done` of `total` lines are written. `size` in bytes and `sha256` are of the file, which is
    there while the export is ready."""

    __tablename__ = "exports"
    __unversioned__: ClassVar[str] = "a job's progress; asking, finishing and taking are events"
    __table_args__ = (sa.Index("ix_exports_expires", "tenant_id", "status", "expires_at"),)

    status: Mapped[ExportStatus] = mapped_column(
        sa.Enum(ExportStatus, native_enum=False, length=20, values_callable=list),
        default=ExportStatus.QUEUED,
    )
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
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
        return f"export of {self.requested_at:%Y-%m-%d}"
