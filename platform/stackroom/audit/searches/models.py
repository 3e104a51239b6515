"""What auditors ask again and again, under a name."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.columns import Json
from tenants.orm import Base, Scoped, tenant_key


class AuditSearch(Scoped, Base):
    """`asks`: the filters, as an address carries them. `shared`: whoever may read the trail sees
    it; only its owner changes it."""

    __tablename__ = "audit_searches"
    __called__: ClassVar[str] = "saved search"
    __labels__: ClassVar[Mapping[str, str]] = {"asks": "filters", "shared": "sharing"}
    __table_args__ = (
        tenant_key("owner_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "owner_id", "name"),
    )

    owner_id: Mapped[UUID]
    owner: Mapped[str] = mapped_column(sa.String(200))
    """What they were called when they saved it."""
    name: Mapped[str] = mapped_column(sa.String(100))
    asks: Mapped[dict[str, str]] = mapped_column(Json)
    shared: Mapped[bool] = mapped_column(default=False)

    @property
    def label(self) -> str:
        return self.name
