"""Programs that work for the organisation, and the keys by which they come in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.core import clock
from tenants.orm import Base, Ledger, Scoped, tenant_key

SOON = timedelta(days=7)
"""So long before a key runs out, its end is shown, and the admins are told."""


class ServiceAccount(Scoped, Base):
    """Has no password and no e-mail address, so nobody can sign in as it."""

    __tablename__ = "service_accounts"
    __called__: ClassVar[str] = "service account"
    __labels__: ClassVar[Mapping[str, str]] = {
        "created_at": "time of making",
        "closed_at": "time of closing",
    }
    __table_args__ = (sa.UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str] = mapped_column(sa.String(100))
    description: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return self.name


class ApiKey(Ledger, Base):
    """`addresses` are networks (CIDR), none: from anywhere. `ends_with_maker`: serves only as long
    as the account of whoever made it is open."""

    __tablename__ = "api_keys"
    __unversioned__: ClassVar[str] = "holds a secret's hash; whatever is done to it is an event"
    __table_args__ = (
        tenant_key("service_account_id", to="service_accounts"),
        tenant_key("created_by_id", to="accounts"),
        sa.Index("ix_api_keys_service_account", "tenant_id", "service_account_id"),
        sa.Index("ix_api_keys_expires", "tenant_id", "expires_at"),
    )

    service_account_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(sa.String(100))
    secret_hash: Mapped[str] = mapped_column(sa.String(64))
    permissions: Mapped[list[str]]
    addresses: Mapped[list[str]]
    calls_per_minute: Mapped[int] = mapped_column(sa.Integer)
    ends_with_maker: Mapped[bool] = mapped_column(default=False)
    lifetime_days: Mapped[int] = mapped_column(sa.Integer)
    created_by_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_ip: Mapped[str] = mapped_column(sa.String(45), default="")
    service_account: Mapped[ServiceAccount] = relationship(lazy="joined", innerjoin=True)

    @property
    def label(self) -> str:
        return f"{self.service_account.name}: {self.name}"

    @property
    def state(self) -> str:
        now = clock.now()
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= now:
            return "ended"
        if self.replaced_at:
            return "replaced"
        return "ends_soon" if self.expires_at <= now + SOON else "open"

    @property
    def is_over(self) -> bool:
        return self.state in ("revoked", "ended")
