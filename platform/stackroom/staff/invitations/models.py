"""Who is invited to work here, with which roles, and the link that their mail holds."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.core import clock
from stackroom.staff.models import Account
from stackroom.staff.roles.granting import Wanted
from tenants.orm import Base, Ledger, Scoped, tenant_key

LASTS = timedelta(days=7)
_OPEN = sa.text("accepted_at IS NULL AND revoked_at IS NULL")


class InvitationState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invitation(Scoped, Base):
    """`invited_by_id` is who vouches for the roles: whoever sent it last."""

    __tablename__ = "invitations"
    __called__: ClassVar[str] = "invitation"
    __labels__: ClassVar[Mapping[str, str]] = {
        "email": "e-mail",
        "invited_by_id": "person who invited",
        "invited_at": "time of sending",
        "expires_at": "end",
        "sendings": "number of mails sent",
        "accepted_at": "time of acceptance",
        "revoked_at": "time of revocation",
    }
    __table_args__ = (
        tenant_key("invited_by_id", to="accounts"),
        tenant_key("account_id", to="accounts"),
        sa.Index(
            "uq_invitations_open", "tenant_id", "email", unique=True,
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        sa.Index("ix_invitations_invited", "tenant_id", "invited_at"),
    )  # fmt: skip

    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    invited_by_id: Mapped[UUID]
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    sendings: Mapped[int] = mapped_column(sa.Integer, default=1)
    """How many times it was sent; a mail that is overtaken by a later one is not written."""
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None]
    inviter: Mapped[Account] = relationship(
        foreign_keys="[Invitation.tenant_id, Invitation.invited_by_id]",
        viewonly=True, lazy="selectin",
    )  # fmt: skip
    grants: Mapped[list["InvitedRole"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="InvitedRole.role"
    )

    @property
    def label(self) -> str:
        return self.email

    @property
    def invited_by(self) -> str:
        return self.inviter.name

    @property
    def wanted(self) -> list[Wanted]:
        return [Wanted(each.role, each.library_id, each.until) for each in self.grants]

    @property
    def state(self) -> InvitationState:
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        is_over = self.expires_at <= clock.now()
        return InvitationState.EXPIRED if is_over else InvitationState.PENDING


class InvitedRole(Scoped, Base):
    """What will be a `RoleGrant` once the invitation is accepted."""

    __tablename__ = "invited_roles"
    __called__: ClassVar[str] = "role"
    __part_of__: ClassVar[str] = "invitation_id"
    __labels__: ClassVar[Mapping[str, str]] = {"until": "end"}
    __table_args__ = (
        tenant_key("invitation_id", to="invitations"),
        tenant_key("library_id", to="libraries"),
        sa.Index("ix_invited_roles_invitation", "tenant_id", "invitation_id"),
    )

    invitation_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(sa.String(40))
    library_id: Mapped[UUID | None]
    until: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return self.role


class InvitationLink(Ledger, Base):
    """The one link of an invitation that serves; there is none once it is used or revoked."""

    __tablename__ = "invitation_links"
    __unversioned__: ClassVar[str] = "holds a token's hash; what is done with it are audit events"
    __table_args__ = (
        tenant_key("invitation_id", to="invitations"),
        sa.UniqueConstraint("tenant_id", "invitation_id"),
        sa.UniqueConstraint("tenant_id", "token_hash"),
    )

    invitation_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    expires_at: Mapped[datetime]
