"""Browsers that a person has signed in with before, and links for a forgotten password."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.orm import Base, Ledger, tenant_key


class KnownDevice(Ledger, Base):
    __tablename__ = "known_devices"
    __unversioned__: ClassVar[str] = "holds a hash of a cookie; each sign-in is an audit event"
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "account_id", "device_hash"),
        sa.Index("ix_known_devices_seen", "tenant_id", "seen_at"),
    )

    account_id: Mapped[UUID]
    device_hash: Mapped[str] = mapped_column(sa.String(64))
    met_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)


class PasswordReset(Ledger, Base):
    """A link that was mailed. It is over once used, replaced by a later one, or too old."""

    __tablename__ = "password_resets"
    __unversioned__: ClassVar[str] = "holds a token's hash; each step is an audit event"
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "token_hash"),
        sa.Index("ix_password_resets_account", "tenant_id", "account_id", "created_at"),
    )

    account_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
