"""What the library has: bib → holdings → item (DOMAIN 4.1), with MARC kept beside the fields."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.catalogue.differences import compare
from stackroom.libraries.models import Library, ShelvingLocation
from tenants.orm import Base, Ledger, Scoped, tenant_key

VISIBILITY = {"True": "hidden from readers", "False": "shown to readers"}


class ItemStatus(StrEnum):
    """DOMAIN 4.3. Written by circulation only, never by the item form."""

    ON_ORDER = "on_order"
    IN_PROCESS = "in_process"
    AVAILABLE = "available"
    PAGED = "paged"
    CHECKED_OUT = "checked_out"
    AWAITING_PICKUP = "awaiting_pickup"
    IN_TRANSIT = "in_transit"
    CLAIMED_RETURNED = "claimed_returned"
    LOST_DECLARED = "lost_declared"
    LOST_AGED = "lost_aged"
    LOST_PAID = "lost_paid"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"


class ItemType(Scoped, Base):
    __tablename__ = "item_types"
    __called__: ClassVar[str] = "item type"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))

    @property
    def label(self) -> str:
        return self.name


class Bib(Scoped, Base):
    """A title record. `marc` is MARC-in-JSON and loses nothing; the other columns are drawn
    from it, so that pages, search and rules need not read MARC."""

    __tablename__ = "bibs"
    __called__: ClassVar[str] = "title"
    __labels__: ClassVar[Mapping[str, str]] = {
        "title_alternate": "other title",
        "sort_title": "title as it is sorted",
        "isbns": "ISBNs",
        "issns": "ISSNs",
        "control_source": "source of the control number",
        "suppressed": "visibility",
        "marc": "MARC record",
    }
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {"suppressed": VISIBILITY}
    __drawn__: ClassVar[frozenset[str]] = frozenset(
        "title title_alternate sort_title author contributors isbns issns subjects language year"
        " publisher edition series material control_number control_source".split()
    )
    """From the MARC record."""
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "control_number", "control_source"),
        sa.Index("ix_bibs_title", "tenant_id", "sort_title", "id"),
        sa.Index("ix_bibs_year", "tenant_id", "year", "id"),
    )

    title: Mapped[str] = mapped_column(sa.Text)
    title_alternate: Mapped[str] = mapped_column(sa.Text, default="")
    sort_title: Mapped[str] = mapped_column(sa.String(300))
    author: Mapped[str] = mapped_column(sa.Text, default="")
    contributors: Mapped[list[str]] = mapped_column(default=list)
    isbns: Mapped[list[str]] = mapped_column(default=list)
    issns: Mapped[list[str]] = mapped_column(default=list)
    subjects: Mapped[list[str]] = mapped_column(default=list)
    language: Mapped[str] = mapped_column(sa.String(3), default="")
    year: Mapped[int | None] = mapped_column(sa.Integer)
    publisher: Mapped[str] = mapped_column(sa.Text, default="")
    edition: Mapped[str] = mapped_column(sa.Text, default="")
    series: Mapped[str] = mapped_column(sa.Text, default="")
    material: Mapped[str] = mapped_column(sa.String(20), default="book")
    control_number: Mapped[str | None] = mapped_column(sa.String(100))
    control_source: Mapped[str] = mapped_column(sa.String(100), default="")
    suppressed: Mapped[bool] = mapped_column(default=False)
    marc: Mapped[dict[str, Any]] = mapped_column(info={"compare": compare})
    holdings: Mapped[list["Holdings"]] = relationship(back_populates="bib")
    items: Mapped[list["Item"]] = relationship(back_populates="bib", viewonly=True)

    @property
    def label(self) -> str:
        return self.title


class BibIsbn(Ledger, Base):
    """Finds bibs by ISBN-13 through an index that works under row-level security."""

    __tablename__ = "bib_isbns"
    __unversioned__: ClassVar[str] = "drawn from the bib, whose versions hold the ISBNs"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "isbn", "bib_id"),
        sa.Index("ix_bib_isbns_bib", "tenant_id", "bib_id"),
        tenant_key("bib_id", to="bibs", ondelete="CASCADE"),
    )

    bib_id: Mapped[UUID]
    isbn: Mapped[str] = mapped_column(sa.String(13))


class Holdings(Scoped, Base):
    """The copies of a title in one place; made with the first item there."""

    __tablename__ = "holdings"
    __called__: ClassVar[str] = "holdings"
    __part_of__: ClassVar[str] = "bib_id"
    __labels__: ClassVar[Mapping[str, str]] = {"bib_id": "title"}
    __table_args__ = (
        sa.Index("ix_holdings_bib", "tenant_id", "bib_id"),
        tenant_key("bib_id", to="bibs"),
        tenant_key("library_id", to="libraries"),
        tenant_key("location_id", to="shelving_locations"),
    )

    bib_id: Mapped[UUID]
    library_id: Mapped[UUID]
    location_id: Mapped[UUID | None]
    call_number: Mapped[str] = mapped_column(sa.String(200), default="")
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    bib: Mapped[Bib] = relationship(back_populates="holdings")
    library: Mapped[Library] = relationship(viewonly=True)
    location: Mapped[ShelvingLocation | None] = relationship(viewonly=True)
    items: Mapped[list["Item"]] = relationship(back_populates="holdings")

    @property
    def label(self) -> str:
        return self.call_number or "holdings"


class Item(Scoped, Base):
    __tablename__ = "items"
    __called__: ClassVar[str] = "copy"
    __part_of__: ClassVar[str] = "bib_id"
    __labels__: ClassVar[Mapping[str, str]] = {
        "bib_id": "title",
        "not_for_loan": "reason why it is not lent",
        "suppressed": "visibility",
        "damaged": "condition",
        "restricted": "use",
        "price_minor": "price",
        "in_house_uses": "uses in the library",
    }
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "suppressed": VISIBILITY,
        "damaged": {"True": "damaged", "False": "sound"},
        "restricted": {"True": "restricted", "False": "unrestricted"},
    }
    __money__: ClassVar[frozenset[str]] = frozenset({"price_minor"})
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "barcode"),
        sa.Index("ix_items_bib", "tenant_id", "bib_id", "status"),
        sa.Index("ix_items_holdings", "tenant_id", "holdings_id"),
        tenant_key("bib_id", to="bibs"),
        tenant_key("holdings_id", to="holdings"),
        tenant_key("item_type_id", to="item_types"),
        tenant_key("temporary_location_id", to="shelving_locations"),
    )

    __library__ = "holdings_id.library_id"
    bib_id: Mapped[UUID]
    holdings_id: Mapped[UUID]
    item_type_id: Mapped[UUID]
    temporary_location_id: Mapped[UUID | None]
    barcode: Mapped[str] = mapped_column(sa.String(80))
    copy_number: Mapped[str] = mapped_column(sa.String(40), default="")
    status: Mapped[ItemStatus] = mapped_column(
        sa.Enum(ItemStatus, native_enum=False, length=20, values_callable=list),
        default=ItemStatus.AVAILABLE,
    )
    damaged: Mapped[bool] = mapped_column(default=False)
    not_for_loan: Mapped[str] = mapped_column(sa.String(200), default="")
    restricted: Mapped[bool] = mapped_column(default=False)
    suppressed: Mapped[bool] = mapped_column(default=False)
    price_minor: Mapped[int | None] = mapped_column(sa.Integer)
    in_house_uses: Mapped[int] = mapped_column(sa.Integer, default=0)
    bib: Mapped[Bib] = relationship(viewonly=True)
    holdings: Mapped[Holdings] = relationship(back_populates="items")
    item_type: Mapped[ItemType] = relationship(viewonly=True)

    @property
    def label(self) -> str:
        return self.barcode
