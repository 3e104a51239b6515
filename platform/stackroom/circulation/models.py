"""Loans, and the rules they were made by (DOMAIN 4.1, 4.2, 4.14)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stackroom.audit.pseudonyms import personal
from stackroom.catalogue.models import Item
from stackroom.libraries.models import Library
from stackroom.patrons.models import Patron
from tenants.orm import Base, Scoped, tenant_key


class LoanStatus(StrEnum):
    """Overdue is derived (now > due_at), never stored (DOMAIN 4.4)."""

    OPEN = "open"
    CLOSED = "closed"


class LoanPolicy(Scoped, Base):
    __tablename__ = "loan_policies"
    __called__: ClassVar[str] = "loan policy"
    __labels__: ClassVar[Mapping[str, str]] = {
        "loanable": "permission to lend",
        "period_count": "length of the loan",
        "period_unit": "unit of the length",
        "closed_day_mode": "rule for closed days",
        "item_limit": "most items on loan",
        "renewable": "permission to renew",
        "max_renewals": "most renewals",
        "renew_from": "start of a renewal",
        "cap_due_at_expiry": "end with the patron’s card",
    }
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "closed_day_mode": {"move_next_open": "the next open day"},
        "renew_from": {"now": "the day of the renewal", "due": "the due date"},
    }
    __table_args__ = (sa.UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str] = mapped_column(sa.String(200))
    loanable: Mapped[bool] = mapped_column(default=True)
    period_count: Mapped[int] = mapped_column(sa.Integer, default=3)
    period_unit: Mapped[str] = mapped_column(sa.String(10), default="weeks")
    """minutes, hours, days, weeks or months."""
    closed_day_mode: Mapped[str] = mapped_column(sa.String(20), default="move_next_open")
    item_limit: Mapped[int | None] = mapped_column(sa.Integer)
    renewable: Mapped[bool] = mapped_column(default=True)
    max_renewals: Mapped[int | None] = mapped_column(sa.Integer, default=2)
    """None: as often as wanted."""
    renew_from: Mapped[str] = mapped_column(sa.String(10), default="now")
    """now or due."""
    cap_due_at_expiry: Mapped[bool] = mapped_column(default=False)

    @property
    def label(self) -> str:
        return self.name


class CirculationRule(Scoped, Base):
    """Which policy governs; an empty column is a wildcard, the most specific rule wins in the
    order library > patron category > item type (DOMAIN 4.7)."""

    __tablename__ = "circulation_rules"
    __called__: ClassVar[str] = "circulation rule"
    __part_of__: ClassVar[str] = "loan_policy_id"
    __table_args__ = (
        tenant_key("library_id", to="libraries"),
        tenant_key("patron_category_id", to="patron_categories"),
        tenant_key("item_type_id", to="item_types"),
        tenant_key("loan_policy_id", to="loan_policies"),
    )

    library_id: Mapped[UUID | None]
    patron_category_id: Mapped[UUID | None]
    item_type_id: Mapped[UUID | None]
    loan_policy_id: Mapped[UUID]
    loan_policy: Mapped[LoanPolicy] = relationship(viewonly=True)

    @property
    def label(self) -> str:
        return "circulation rule"


class Loan(Scoped, Base):
    __tablename__ = "loans"
    __versioned__: ClassVar[dict[str, Any]] = personal("patron_id", patron="patron_id", named=False)
    __called__: ClassVar[str] = "loan"
    __labels__: ClassVar[Mapping[str, str]] = {
        "out_at": "time of lending",
        "due_at": "due date",
        "returned_at": "time of return",
        "processed_at": "time at which the return was noted",
        "renewal_count": "number of renewals",
        "policy": "terms",
    }
    __table_args__ = (
        sa.Index(
            "uq_loans_one_open_per_item", "tenant_id", "item_id", unique=True,
            sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_loans_item", "tenant_id", "item_id"),
        sa.Index("ix_loans_patron", "tenant_id", "patron_id", "status"),
        sa.Index("ix_loans_due", "tenant_id", "status", "due_at"),
        tenant_key("item_id", to="items"),
        tenant_key("patron_id", to="patrons"),
        tenant_key("library_id", to="libraries"),
    )  # fmt: skip

    item_id: Mapped[UUID]
    patron_id: Mapped[UUID | None]
    """None once anonymised."""
    library_id: Mapped[UUID]
    """Where it was checked out; its time zone and calendar govern."""
    status: Mapped[LoanStatus] = mapped_column(
        sa.Enum(LoanStatus, native_enum=False, length=20, values_callable=list),
        default=LoanStatus.OPEN,
    )
    out_at: Mapped[datetime]
    due_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    """When it came back, which fines go by; may be before `processed_at`."""
    processed_at: Mapped[datetime | None]
    renewal_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    policy: Mapped[dict[str, Any]]
    """A snapshot: title, barcode, rule id, values, library, time zone, and the lines that explain
    the due date."""
    item: Mapped[Item] = relationship(viewonly=True)
    patron: Mapped[Patron | None] = relationship(viewonly=True)
    library: Mapped[Library] = relationship(viewonly=True)

    @property
    def label(self) -> str:
        return f"{self.policy['title']} ({self.policy['item']})"

    @property
    def local_due(self) -> datetime:
        """By the clock of the library that lent it."""
        return self.due_at.astimezone(ZoneInfo(self.library.timezone))

    def is_overdue(self, now: datetime) -> bool:
        return self.status is LoanStatus.OPEN and self.due_at < now
