"""SHARED tables: what must be known before an organisation is open."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from tenants.context import Tenant
from tenants.lifecycle import Act, Status, refuse_illegal
from tenants.orm import SHARED, Base, Tenancy
from tenants.slugs import tombstone


class Organisation(Base):
    __tablename__ = "organisations"
    __tenancy__: ClassVar[Tenancy] = SHARED

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=uuid7, unique=True)
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    host: Mapped[str] = mapped_column(sa.String(253), unique=True)
    status: Mapped[Status] = mapped_column(
        sa.Enum(Status, native_enum=False, length=20, values_callable=list),
        default=Status.PROVISIONING,
    )
    suspended_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    """Kept while a suspended organisation closes: reopened, it is suspended again."""
    closing_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    closing_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """From then on it may be purged, and reopened no more once it is."""
    reminded_days: Mapped[int | None]
    """So many days before `closes_at` its admins were written to last."""
    purged_at: Mapped[datetime | None]
    plan: Mapped[str] = mapped_column(sa.String(20), default="free")
    region: Mapped[str] = mapped_column(sa.String(20), default="eu")
    library_type: Mapped[str] = mapped_column(sa.String(20), default="public")
    timezone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))

    def open(self) -> None:
        """Raises IllegalAct, as the other acts do."""
        self._do(Act.OPEN, Status.ACTIVE)

    def suspend(self, reason: str) -> None:
        """A reason is needed: it tells, while the organisation closes, that it was suspended."""
        if not reason:
            raise ValueError("say why the organisation is suspended")
        self._do(Act.SUSPEND, Status.SUSPENDED)
        self.suspended_reason = reason

    def resume(self) -> None:
        self._do(Act.RESUME, Status.ACTIVE)
        self.suspended_reason = ""

    def close(self, reason: str, *, at: datetime, days: int) -> None:
        self._do(Act.CLOSE, Status.CLOSING)
        self.closing_reason, self.closing_at = reason, at
        self.closes_at, self.reminded_days = at + timedelta(days=days), days

    def reopen(self) -> None:
        self._do(Act.REOPEN, Status.SUSPENDED if self.suspended_reason else Status.ACTIVE)
        self.closing_reason, self.closing_at = "", None
        self.closes_at = self.reminded_days = None

    def purge(self, *, at: datetime) -> None:
        """Leave a tombstone: what named the organisation is gone, and its address stays taken, so
        that old links lead to nobody rather than to a stranger's sign-in."""
        self._do(Act.PURGE, Status.PURGED)
        self.purged_at = at
        self.slug = self.host = tombstone(self.slug)
        self.name = "A purged organisation"
        self.suspended_reason = self.closing_reason = ""

    def _do(self, act: Act, status: Status) -> None:
        refuse_illegal(act, self.status)
        self.status = status

    def as_tenant(self) -> Tenant:
        return Tenant(
            id=self.id,
            uuid=self.uuid,
            slug=self.slug,
            name=self.name,
            host=self.host,
            status=self.status,
            plan=self.plan,
            region=self.region,
            library_type=self.library_type,
            timezone=self.timezone,
            reason=self.closing_reason or self.suspended_reason,
            closes_at=self.closes_at,
        )
