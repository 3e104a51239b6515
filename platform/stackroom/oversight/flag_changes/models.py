"""What the last look at the flags found."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.columns import Json
from tenants.orm import Base, Ledger


class FlagSeen(Ledger, Base):
    __tablename__ = "flags_seen"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "key"),)
    __unversioned__ = "what the last look found; each change of it is an event in the trail"

    key: Mapped[str] = mapped_column(sa.String(100))
    enabled: Mapped[bool]
    value: Mapped[Any | None] = mapped_column(Json)
    seen_at: Mapped[datetime]

    @property
    def label(self) -> str:
        return self.key
