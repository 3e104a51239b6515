"""People who sign in, the roles they hold, and their sessions."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.audit.pseudonyms import personal
from stackroom.core import clock
from tenants.orm import Base, Ledger, Scoped, tenant_key


class Account(Scoped, Base):
    """Somebody who can sign in to this organisation, whether staff or patron."""

    __tablename__ = "accounts"
    __versioned__: ClassVar[dict[str, Any]] = {
        "exclude": ["password_hash"],
        **personal("email", "name", account="id"),
    }
    __called__: ClassVar[str] = "account"
    __labels__: ClassVar[Mapping[str, str]] = {
        "email": "e-mail",
        "active": "state",
        "created_at": "date of joining",
    }
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "active": {"True": "open", "False": "closed"}
    }
    __table_args__ = (sa.UniqueConstraint("tenant_id", "email"),)

    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(200))
    password_hash: Mapped[str] = mapped_column(sa.String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def label(self) -> str:
        return self.name

    @property
    def roles(self) -> tuple[str, ...]:
        """Keys of the roles in force."""
        now = clock.now()
        return tuple(sorted({grant.role for grant in self.grants if not grant.is_over(now)}))


class Origin(StrEnum):
    """Who gave a role: what comes from outside is taken back by whatever brought it."""

    HAND = "hand"
    SIGN_ON = "sign_on"
    DIRECTORY = "directory"


class RoleGrant(Scoped, Base):
    """A role of somebody, everywhere or at one library, for good or until a moment."""

    __tablename__ = "role_grants"
    __called__: ClassVar[str] = "role"
    __part_of__: ClassVar[str] = "account_id"
    __labels__: ClassVar[Mapping[str, str]] = {"until": "end"}
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "origin": {"hand": "by hand", "sign_on": "single sign-on", "directory": "the directory"}
    }
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        tenant_key("library_id", to="libraries"),
        sa.Index(
            "uq_role_grants_whole",
            *("tenant_id", "account_id", "role", "origin"),
            unique=True,
            sqlite_where=sa.text("library_id IS NULL"),
            postgresql_where=sa.text("library_id IS NULL"),
        ),
        sa.Index(
            "uq_role_grants_at_library",
            *("tenant_id", "account_id", "role", "origin", "library_id"),
            unique=True,
            sqlite_where=sa.text("library_id IS NOT NULL"),
            postgresql_where=sa.text("library_id IS NOT NULL"),
        ),
    )

    account_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(sa.String(40))
    library_id: Mapped[UUID | None]
    until: Mapped[datetime | None]
    """The first moment at which it is not held any more."""
    origin: Mapped[str] = mapped_column(sa.String(20), default=Origin.HAND)
    account: Mapped[Account] = relationship(back_populates="grants")

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now

    @classmethod
    def in_force(cls, now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
        return sa.or_(cls.until.is_(None), cls.until > now)

    @property
    def label(self) -> str:
        return self.role


class CustomRole(Scoped, Base):
    """A role of this organisation's own making; grants name it by its key, which stays."""

    __tablename__ = "custom_roles"
    __called__: ClassVar[str] = "role"
    __labels__: ClassVar[Mapping[str, str]] = {
        "sentence": "description",
        "based_on": "origin",
    }
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "key"),
        sa.UniqueConstraint("tenant_id", "name"),
    )

    key: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(60))
    sentence: Mapped[str] = mapped_column(sa.String(200))
    based_on: Mapped[str] = mapped_column(sa.String(40), default="")
    """The shipped role it began as; what comes of the auditor may never write."""
    permissions: Mapped[list[str]]

    @property
    def label(self) -> str:
        return self.name


class SignInSession(Ledger, Base):
    """One sign-in on one device: revocable, and for the API the family of its refresh tokens."""

    __tablename__ = "sign_in_sessions"
    __unversioned__: ClassVar[str] = "holds token hashes; sign-in and sign-out are audit events"
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        sa.Index("ix_sign_in_sessions_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None] = mapped_column(default=clock.now)
    """When a password or a factor was last shown; None in sessions older than this column."""
    refresh_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    ip: Mapped[str] = mapped_column(sa.String(45), default="")
    user_agent: Mapped[str] = mapped_column(sa.String(300), default="")
    channel: Mapped[str] = mapped_column(sa.String(10), default="")
    how: Mapped[str] = mapped_column(sa.String(40), default="")
    """What proved who it is, in words."""
    seen_at: Mapped[datetime | None] = mapped_column(default=clock.now)
    """Within a quarter of an hour; None for a session from before this was kept."""


class SignInFailure(Ledger, Base):
    """Counts failed sign-ins of one e-mail address, known or not, at one door."""

    __tablename__ = "sign_in_failures"
    __unversioned__: ClassVar[str] = "a counter; each failure is an audit event"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "email_hash", "door"),)

    email_hash: Mapped[str] = mapped_column(sa.String(64))
    door: Mapped[str] = mapped_column(sa.String(64), default="")
    """A hash of the network or of the browser that the attempts came from."""
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    failed_at: Mapped[datetime] = mapped_column(default=clock.now)
    locked_until: Mapped[datetime | None]
