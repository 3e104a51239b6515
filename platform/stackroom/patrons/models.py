"""Who borrows. A patron may have an account to sign in with, and is not staff by that."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.audit.pseudonyms import ERASED, personal
from stackroom.core import clock
from stackroom.libraries.models import Library
from tenants.orm import Base, Scoped, tenant_key


class PatronStatus(StrEnum):
    """Stored states. “Expired” is derived from `expires_on`, “blocked” from open blocks."""

    ACTIVE = "active"
    DELETED = "deleted"


class Standing(StrEnum):
    """What a patron's record says at the desk on one day. The worst comes first."""

    DELETED = "deleted"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    ACTIVE = "active"


class BlockKind(StrEnum):
    MANUAL = "manual"
    AUTOMATIC = "automatic"


class PatronCategory(Scoped, Base):
    __tablename__ = "patron_categories"
    __called__: ClassVar[str] = "patron category"
    __labels__: ClassVar[Mapping[str, str]] = {"hold_priority": "priority of holds"}
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    hold_priority: Mapped[int] = mapped_column(sa.Integer, default=0)

    @property
    def label(self) -> str:
        return self.name


class Patron(Scoped, Base):
    __tablename__ = "patrons"
    __versioned__: ClassVar[dict[str, Any]] = personal(
        "barcode", "name", "sort_name", "email", "phone", "note", patron="id"
    )
    __called__: ClassVar[str] = "patron"
    __labels__: ClassVar[Mapping[str, str]] = {
        "sort_name": "name as it is sorted",
        "email": "e-mail",
        "expires_on": "last day of the card",
        "keep_history": "wish to keep the reading history",
        "created_at": "date of registration",
    }
    __drawn__: ClassVar[frozenset[str]] = frozenset({"sort_name"})
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "barcode"),
        sa.UniqueConstraint("tenant_id", "account_id"),
        sa.Index("ix_patrons_sort_name", "tenant_id", "sort_name", "id"),
        tenant_key("category_id", to="patron_categories"),
        tenant_key("home_library_id", to="libraries"),
        tenant_key("account_id", to="accounts"),
    )

    __library__ = "home_library_id"
    barcode: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    sort_name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    category_id: Mapped[UUID]
    home_library_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    expires_on: Mapped[date | None]
    status: Mapped[PatronStatus] = mapped_column(
        sa.Enum(PatronStatus, native_enum=False, length=20, values_callable=list),
        default=PatronStatus.ACTIVE,
    )
    keep_history: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    category: Mapped[PatronCategory] = relationship(viewonly=True)
    home_library: Mapped[Library] = relationship(viewonly=True)
    blocks: Mapped[list["PatronBlock"]] = relationship(
        back_populates="patron", order_by="PatronBlock.id"
    )

    @property
    def label(self) -> str:
        return self.name

    @property
    def is_erased(self) -> bool:
        return self.status is PatronStatus.DELETED and self.name == ERASED

    def open_blocks(self, today: date) -> list["PatronBlock"]:
        return [block for block in self.blocks if block.is_open(today)]

    def has_expired(self, today: date) -> bool:
        """The last day printed on a card still counts."""
        return self.expires_on is not None and self.expires_on < today

    def standing(self, today: date) -> Standing:
        if self.status is PatronStatus.DELETED:
            return Standing.DELETED
        if self.open_blocks(today):
            return Standing.BLOCKED
        return Standing.EXPIRED if self.has_expired(today) else Standing.ACTIVE


class PatronBlock(Scoped, Base):
    """Stops a patron from borrowing, renewing or holding, until it expires or is lifted."""

    __tablename__ = "patron_blocks"
    __versioned__: ClassVar[dict[str, Any]] = personal("reason", patron="patron_id")
    __called__: ClassVar[str] = "block"
    __part_of__: ClassVar[str] = "patron_id"
    __labels__: ClassVar[Mapping[str, str]] = {
        "stops": "acts that it stops",
        "expires_on": "last day",
        "lifted_at": "time of lifting",
    }
    __table_args__ = (
        sa.Index("ix_patron_blocks_patron", "tenant_id", "patron_id"),
        tenant_key("patron_id", to="patrons"),
    )

    __library__ = "patron_id.home_library_id"
    patron_id: Mapped[UUID]
    kind: Mapped[BlockKind] = mapped_column(
        sa.Enum(BlockKind, native_enum=False, length=20, values_callable=list),
        default=BlockKind.MANUAL,
    )
    stops: Mapped[list[str]]
    """Of borrow, renew, hold, fulfil, capture (DOMAIN 4.1)."""
    reason: Mapped[str] = mapped_column(sa.String(500))
    expires_on: Mapped[date | None]
    lifted_at: Mapped[datetime | None]
    patron: Mapped[Patron] = relationship(back_populates="blocks")

    @property
    def label(self) -> str:
        return self.reason

    def is_open(self, today: date) -> bool:
        return self.lifted_at is None and (self.expires_on is None or self.expires_on >= today)
