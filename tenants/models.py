"""SHARED tables: what must be known before an organisation is open."""

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from tenants.context import Tenant
from tenants.lifecycle import Status, step
from tenants.orm import SHARED, Base, Tenancy


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
    plan: Mapped[str] = mapped_column(sa.String(20), default="free")
    region: Mapped[str] = mapped_column(sa.String(20), default="eu")
    library_type: Mapped[str] = mapped_column(sa.String(20), default="public")
    timezone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))

    def become(self, status: Status, reason: str = "") -> None:
        """Raises IllegalTransition for a step the life of an organisation does not know."""
        self.status = step(self.status, status)
        self.suspended_reason = reason if status is Status.SUSPENDED else ""

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
        )
