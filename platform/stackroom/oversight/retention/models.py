"""How long an organisation keeps its history at hand, and the years that rest in files."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.columns import Json
from tenants.orm import Base, Scoped

KEEP_YEARS = 7
"""Whole years that stay at hand where an organisation has said nothing else."""
LONGEST_YEARS = 100
Counts = dict[str, dict[str, int]]


class AuditRetention(Scoped, Base):
    """At most one row: what the organisation has said. A hold has no end until it is lifted."""

    __tablename__ = "audit_retentions"
    __called__: ClassVar[str] = "keeping of history"
    __labels__: ClassVar[Mapping[str, str]] = {
        "keep_years": "years at hand",
        "legal_hold": "legal hold",
        "hold_reason": "reason of the hold",
        "held_since": "beginning of the hold",
        "held_by": "who set the hold",
    }
    __table_args__ = (sa.UniqueConstraint("tenant_id"),)

    keep_years: Mapped[int] = mapped_column(default=KEEP_YEARS)
    legal_hold: Mapped[bool] = mapped_column(default=False)
    hold_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    held_since: Mapped[datetime | None]
    held_by: Mapped[str] = mapped_column(sa.String(200), default="")

    @property
    def label(self) -> str:
        return "keeping of history"


class AuditArchive(Scoped, Base):
    """One year that rests in a file, with the checkpoints that seal it. `size` is in bytes; `rows`
    and `counts` (by year and table) are none where the file is that of an earlier year."""

    __tablename__ = "audit_archives"
    __called__: ClassVar[str] = "archived year"
    __labels__: ClassVar[Mapping[str, str]] = {
        "file_key": "file",
        "sha256": "digest of the file",
        "archived_at": "time of archiving",
    }
    __table_args__ = (sa.UniqueConstraint("tenant_id", "year"),)

    year: Mapped[int]
    file_key: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    rows: Mapped[int] = mapped_column(sa.BigInteger)
    counts: Mapped[Counts] = mapped_column(Json)
    first_checkpoint: Mapped[int]
    last_checkpoint: Mapped[int]
    archived_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def label(self) -> str:
        return str(self.year)
