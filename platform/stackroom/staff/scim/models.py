"""What the organisation's directory has sent: people, groups, and who is in which."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.core import clock
from stackroom.staff.models import Account
from tenants.orm import Base, Ledger, Scoped, tenant_key


class DirectoryUser(Scoped, Base):
    """`sent` is what the directory says of a person beside the columns, to be given back as it
    came. What is searched stands folded in columns of its own; e-mail addresses one on a line."""

    __tablename__ = "directory_users"
    __called__: ClassVar[str] = "person of the directory"
    __labels__: ClassVar[Mapping[str, str]] = {
        "user_key": "user name as it is searched",
        "external_id": "number in the directory",
        "display_key": "display name as it is searched",
        "email_keys": "e-mail addresses as they are searched",
        "sent": "entry in the directory",
        "created_at": "time of adding",
        "changed_at": "time of the last change",
    }
    __drawn__: ClassVar[frozenset[str]] = frozenset(
        {"user_key", "display_key", "email_keys", "changed_at"}
    )
    __table_args__ = (
        tenant_key("account_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "account_id"),
        sa.UniqueConstraint("tenant_id", "user_key"),
        sa.Index("ix_directory_users_external", "tenant_id", "external_id"),
    )

    account_id: Mapped[UUID]
    user_name: Mapped[str] = mapped_column(sa.String(254))
    user_key: Mapped[str] = mapped_column(sa.String(254))
    external_id: Mapped[str | None] = mapped_column(sa.String(254))
    display_key: Mapped[str] = mapped_column(sa.String(254), default="")
    email_keys: Mapped[str] = mapped_column(sa.Text, default="")
    sent: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    @property
    def label(self) -> str:
        return self.user_name

    @property
    def version(self) -> str:
        """Whether the account is open can change without the directory."""
        return f"{self.revision}.{self.account.revision}"


class DirectoryGroup(Scoped, Base):
    """`role`: what its members hold, everywhere or at one library; empty until an admin chooses."""

    __tablename__ = "directory_groups"
    __called__: ClassVar[str] = "group of the directory"
    __labels__: ClassVar[Mapping[str, str]] = {
        "display_name": "name",
        "display_key": "name as it is searched",
        "external_id": "number in the directory",
        "created_at": "time of adding",
        "changed_at": "time of the last change",
    }
    __drawn__: ClassVar[frozenset[str]] = frozenset({"display_key", "changed_at"})
    __table_args__ = (
        tenant_key("library_id", to="libraries"),
        sa.Index("ix_directory_groups_external", "tenant_id", "external_id"),
    )

    display_name: Mapped[str] = mapped_column(sa.String(254))
    display_key: Mapped[str] = mapped_column(sa.String(254))
    external_id: Mapped[str | None] = mapped_column(sa.String(254))
    role: Mapped[str] = mapped_column(sa.String(40), default="")
    library_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def label(self) -> str:
        return self.display_name

    @property
    def version(self) -> str:
        return str(self.revision)


class DirectoryMember(Ledger, Base):
    __tablename__ = "directory_members"
    __unversioned__: ClassVar[str] = "who came and went is told by the event of the group's change"
    __table_args__ = (
        tenant_key("group_id", to="directory_groups"),
        tenant_key("user_id", to="directory_users"),
        sa.UniqueConstraint("tenant_id", "group_id", "user_id"),
        sa.Index("ix_directory_members_user", "tenant_id", "user_id"),
    )

    group_id: Mapped[UUID]
    user_id: Mapped[UUID]
