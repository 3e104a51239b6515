"""An organisation lets support in, and the visits that came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.orm import Base, Ledger, Scoped, tenant_key


class SupportGrant(Scoped, Base):
    """An admin's consent to support by the platform's operators: for what, and until when."""

    __tablename__ = "support_grants"
    __called__: ClassVar[str] = "support access"
    __labels__: ClassVar[Mapping[str, str]] = {
        "granted_by_id": "person who let support in",
        "scope": "areas",
        "may_write": "permission to write",
        "granted_at": "start",
        "expires_at": "end",
        "revoked_at": "time of revocation",
        "used_at": "first use",
    }
    __table_args__ = (
        tenant_key("granted_by_id", to="accounts"),
        sa.Index("ix_support_grants_expiry", "tenant_id", "expires_at"),
    )

    granted_by_id: Mapped[UUID]
    scope: Mapped[list[str]]
    """Names of features, of `permissions.AREAS`."""
    may_write: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.String(500))
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return self.reason

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "Ended"
        return "Open" if self.expires_at > clock.now() else "Run out"


class SupportVisit(Ledger, Base):
    """One operator's stay: the session of their browser at this organisation's host."""

    __tablename__ = "support_visits"
    __unversioned__: ClassVar[str] = "holds a token's hash; entering and leaving are audit events"
    __table_args__ = (
        tenant_key("grant_id", to="support_grants"),
        sa.UniqueConstraint("tenant_id", "token_hash"),
        sa.Index("ix_support_visits_grant", "tenant_id", "grant_id"),
    )

    grant_id: Mapped[UUID]
    operator_id: Mapped[UUID]
    operator_name: Mapped[str] = mapped_column(sa.String(200))
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]
