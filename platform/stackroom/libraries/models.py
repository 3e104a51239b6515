"""Branches, their desks and shelves (DOMAIN 4.1). Below staff, whose roles will name branches."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenants.orm import Base, Scoped, tenant_key


class Library(Scoped, Base):
    __tablename__ = "libraries"
    __called__: ClassVar[str] = "library"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    __library__ = "id"
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    timezone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    locations: Mapped[list["ShelvingLocation"]] = relationship(back_populates="library")
    service_points: Mapped[list["ServicePoint"]] = relationship(back_populates="library")

    @property
    def label(self) -> str:
        return self.name


class ServicePoint(Scoped, Base):
    """A desk where items change hands."""

    __tablename__ = "service_points"
    __called__: ClassVar[str] = "desk"
    __part_of__: ClassVar[str] = "library_id"
    __labels__: ClassVar[Mapping[str, str]] = {"pickup": "use for picking up holds"}
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "library_id", "name"),
        tenant_key("library_id", to="libraries"),
    )

    library_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(sa.String(200))
    pickup: Mapped[bool] = mapped_column(default=True)
    library: Mapped[Library] = relationship(back_populates="service_points")

    @property
    def label(self) -> str:
        return self.name


class ShelvingLocation(Scoped, Base):
    __tablename__ = "shelving_locations"
    __called__: ClassVar[str] = "shelving location"
    __part_of__: ClassVar[str] = "library_id"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "library_id", "code"),
        tenant_key("library_id", to="libraries"),
    )

    library_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    library: Mapped[Library] = relationship(back_populates="locations")

    @property
    def label(self) -> str:
        return self.name
