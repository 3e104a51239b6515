"""What people show beside their password, and who must."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.orm import Base, Ledger, Scoped, tenant_key


class AuthenticatorApp(Ledger, Base):
    """The secret that a telephone shares with us (TOTP, RFC 6238); one for each account."""

    __tablename__ = "authenticator_apps"
    __unversioned__: ClassVar[str] = "holds a secret; setting up and removing are audit events"
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "account_id"),
    )

    account_id: Mapped[UUID]
    sealed_secret: Mapped[str] = mapped_column(sa.String(300))
    enrolled_at: Mapped[datetime | None]
    """None until a first code has shown that the telephone holds the secret."""
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """The time step of the last code taken: a code that was seen serves nobody else."""


class RecoveryCode(Ledger, Base):
    """Stands in for a lost factor, once."""

    __tablename__ = "recovery_codes"
    __unversioned__: ClassVar[str] = "holds hashes; making and using codes are audit events"
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "account_id", "code_hash"),
    )

    account_id: Mapped[UUID]
    code_hash: Mapped[str] = mapped_column(sa.String(64))


class Passkey(Ledger, Base):
    """A key pair of which we hold the public half (WebAuthn Level 3)."""

    __tablename__ = "passkeys"
    __unversioned__: ClassVar[str] = "counts each use; adding, renaming, removing are audit events"
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "credential_id"),
        sa.Index("ix_passkeys_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(sa.String(80))
    credential_id: Mapped[str] = mapped_column(sa.String(1400))
    """Base64url of at most 1023 bytes."""
    public_key: Mapped[str] = mapped_column(sa.String(2000))
    """Base64url of a COSE key."""
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    host: Mapped[str] = mapped_column(sa.String(253))
    """The organisation's host when it was made: browsers offer it there and nowhere else."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]


class SpentChallenge(Ledger, Base):
    """A challenge that was answered: the same answer serves no second time."""

    __tablename__ = "spent_challenges"
    __unversioned__: ClassVar[str] = "random bytes, kept for as long as their ticket would be read"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "challenge_hash"),)

    challenge_hash: Mapped[str] = mapped_column(sa.String(64))
    spent_at: Mapped[datetime] = mapped_column(default=clock.now)


class RequiredFactor(Scoped, Base):
    """Whoever holds this role needs a second factor."""

    __tablename__ = "required_factors"
    __called__: ClassVar[str] = "demand for a second factor"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "role"),)

    role: Mapped[str] = mapped_column(sa.String(40))

    @property
    def label(self) -> str:
        return self.role
