"""An import: one file on its way into the catalogue, and what became of its records."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.catalogue.marc import Format, ItemMapping
from stackroom.core import clock
from tenants.orm import Base, Ledger, Scoped, tenant_key


class ImportStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


ENDED = frozenset({ImportStatus.STOPPED, ImportStatus.SUCCEEDED, ImportStatus.FAILED})
RESUMABLE = frozenset({ImportStatus.STOPPED, ImportStatus.FAILED})


def _words(enum: type[StrEnum]) -> sa.Enum:
    return sa.Enum(enum, native_enum=False, length=20, values_callable=list)


class ImportJob(Scoped, Base):
    """`read` is the checkpoint as well: that many records of the file are done.

    At every commit `read = created + updated + unchanged + rejected`. `source` stands in for a
    record's missing 003; `warnings` counts what was mended or left out, of which a bounded number
    is kept as rows.
    """

    __tablename__ = "import_jobs"
    __called__: ClassVar[str] = "import"
    __labels__: ClassVar[Mapping[str, str]] = {
        "mapping": "MARC field of the copies",
        "dry_run": "rehearsal",
        "file_key": "place of the file",
        "sha256": "SHA-256 of the file",
        "bytes_total": "size in bytes",
        "bytes_read": "bytes read",
        "read": "records read",
        "created": "records created",
        "updated": "records updated",
        "unchanged": "records unchanged",
        "rejected": "records rejected",
        "created_by_id": "person who asked",
        "created_by": "name of the person who asked",
        "request_id": "request",
        "created_at": "time of asking",
        "started_at": "start",
        "finished_at": "end",
    }
    __table_args__ = (
        sa.CheckConstraint("read = created + updated + unchanged + rejected", name="nothing_lost"),
    )

    status: Mapped[ImportStatus] = mapped_column(_words(ImportStatus), default=ImportStatus.QUEUED)
    format: Mapped[Format] = mapped_column(_words(Format), default=Format.AUTO)
    mapping: Mapped[ItemMapping | None] = mapped_column(_words(ItemMapping))
    dry_run: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    filename: Mapped[str] = mapped_column(sa.String(200))
    file_key: Mapped[str] = mapped_column(sa.String(120))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    bytes_total: Mapped[int] = mapped_column(sa.BigInteger)
    bytes_read: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    read: Mapped[int] = mapped_column(sa.Integer, default=0)
    created: Mapped[int] = mapped_column(sa.Integer, default=0)
    updated: Mapped[int] = mapped_column(sa.Integer, default=0)
    unchanged: Mapped[int] = mapped_column(sa.Integer, default=0)
    rejected: Mapped[int] = mapped_column(sa.Integer, default=0)
    warnings: Mapped[int] = mapped_column(sa.Integer, default=0)
    detail: Mapped[str] = mapped_column(sa.String(500), default="")
    created_by_id: Mapped[UUID | None]
    created_by: Mapped[str] = mapped_column(sa.String(200))
    request_id: Mapped[str] = mapped_column(sa.String(64), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return self.filename


class ImportReject(Ledger, Base):
    """A record that was not taken, why, and its bytes as they stood in the file."""

    __tablename__ = "import_rejects"
    __unversioned__: ClassVar[str] = "written once by the import that it belongs to"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "job_id", "position"),
        tenant_key("job_id", to="import_jobs"),
    )

    job_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(sa.Integer)
    code: Mapped[str] = mapped_column(sa.String(60))
    message: Mapped[str] = mapped_column(sa.Text)
    raw: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ImportNote(Ledger, Base):
    """What was mended or left out of a record that was taken."""

    __tablename__ = "import_notes"
    __unversioned__: ClassVar[str] = "written once by the import that it belongs to"
    __table_args__ = (
        sa.Index("ix_import_notes_job", "tenant_id", "job_id", "position"),
        tenant_key("job_id", to="import_jobs"),
    )

    job_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(sa.Integer)
    code: Mapped[str] = mapped_column(sa.String(60))
    message: Mapped[str] = mapped_column(sa.Text)
