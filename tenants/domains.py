"""Domains that organisations bring. SHARED: the host is known before the organisation is.

Whoever asks for rows of one organisation names it in the statement, for no wall cuts them.
"""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from tenants.hosts import PROOF
from tenants.orm import SHARED, Base, Tenancy


class DomainStatus(StrEnum):
    CLAIMED = "claimed"
    VERIFIED = "verified"
    FAILING = "failing"


class Look(StrEnum):
    """What a look into DNS has shown."""

    PROVED = "proved"
    MISSING = "missing"
    OVERDUE = "overdue"
    """Missing for longer than the grace."""
    UNANSWERED = "unanswered"


AFTER: dict[tuple[DomainStatus, Look], DomainStatus] = {
    (DomainStatus.CLAIMED, Look.PROVED): DomainStatus.VERIFIED,
    (DomainStatus.VERIFIED, Look.MISSING): DomainStatus.FAILING,
    (DomainStatus.FAILING, Look.PROVED): DomainStatus.VERIFIED,
    (DomainStatus.FAILING, Look.OVERDUE): DomainStatus.CLAIMED,
}
"""Every other look leaves the domain as it is: DNS that does not answer proves nothing lost."""
SERVED = frozenset({DomainStatus.VERIFIED, DomainStatus.FAILING})
_SERVED = sa.text("status IN ('verified', 'failing')")


class CustomDomain(Base):
    """A host that an organisation says is its own. Many may say so; one can have proved it."""

    __tablename__ = "custom_domains"
    __tenancy__: ClassVar[Tenancy] = SHARED
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_custom_domains_organisation_id"
        ),
        sa.UniqueConstraint("organisation_id", "host"),
        sa.Index(
            "uq_custom_domains_served_host",
            "host",
            unique=True,
            sqlite_where=_SERVED,
            postgresql_where=_SERVED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[int] = mapped_column(sa.Integer)
    host: Mapped[str] = mapped_column(sa.String(253))
    token: Mapped[str] = mapped_column(
        sa.String(64), default=lambda: secrets.token_hex(16)
    )  # hex: DNS panels keep its case, and no quote or space can slip in
    status: Mapped[DomainStatus] = mapped_column(
        sa.Enum(DomainStatus, native_enum=False, length=20, values_callable=list),
        default=DomainStatus.CLAIMED,
    )
    finding: Mapped[str] = mapped_column(sa.String(300), default="")
    claimed_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    verified_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]

    @property
    def label(self) -> str:
        return self.host

    @property
    def record_name(self) -> str:
        return f"{PROOF}.{self.host}"

    @property
    def record_value(self) -> str:
        return f"stackroom-domain={self.token}"

    def saw(self, look: Look, at: datetime) -> bool:
        """Whether the look has changed the state."""
        self.checked_at = at
        after = AFTER.get((self.status, look))
        if after:
            self.become(after, at)
        return after is not None

    def become(self, status: DomainStatus, at: datetime) -> None:
        self.status = status
        self.failing_since = at if status is DomainStatus.FAILING else None
        if status is DomainStatus.CLAIMED:
            self.verified_at = None
        else:
            self.verified_at = self.verified_at or at
