"""Semantic events: what happened, in the words of the work, beside the row versions."""

from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.orm import Base, Ledger


class AuditEvent(Ledger, Base):
    __tablename__ = "audit_events"
    __unversioned__: ClassVar[str] = "an append-only record of what happened"
    __table_args__ = (
        sa.Index("ix_audit_events_transaction", "tenant_id", "transaction_id"),
        sa.Index("ix_audit_events_subject", "tenant_id", "subject_type", "subject_id"),
        sa.Index("ix_audit_events_action", "tenant_id", "action", "transaction_id"),
    )

    transaction_id: Mapped[int] = mapped_column(sa.BigInteger)
    action: Mapped[str] = mapped_column(sa.String(60))
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[UUID | None]
    subject_label: Mapped[str] = mapped_column(sa.String(300))
    data: Mapped[dict[str, Any]]
