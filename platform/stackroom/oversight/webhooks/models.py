"""Where an organisation wants its trail sent, and what became of each sending."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.orm import Base, Ledger, TenantRow, tenant_key


class Format(StrEnum):
    STACKROOM = "stackroom"
    OCSF = "ocsf"


class State(StrEnum):
    ON = "on"
    FAILING = "failing"
    """The last delivery did not arrive; it is tried again."""
    PAUSED = "paused"


class Outcome(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Kind(StrEnum):
    BATCH = "batch"
    TEST = "test"


def _enum(of: type[StrEnum]) -> sa.Enum:
    return sa.Enum(of, native_enum=False, length=20, values_callable=list)


class Webhook(Ledger, Base):
    """`actions`: how the actions that are sent begin; none: all are. `with_values`: also what
    fields held. The secret before this one signs beside it until `previous_until`."""

    __tablename__ = "webhooks"
    __unversioned__: ClassVar[str] = "holds a secret; whatever is done to it is an event"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str] = mapped_column(sa.String(100))
    url: Mapped[str] = mapped_column(sa.String(1000))
    actions: Mapped[list[str]]
    format: Mapped[Format] = mapped_column(_enum(Format))
    with_values: Mapped[bool]
    state: Mapped[State] = mapped_column(_enum(State), default=State.ON)
    why: Mapped[str] = mapped_column(sa.String(300), default="")
    """Of a pause, or of a failure."""
    failing_since: Mapped[datetime | None]
    sealed_secret: Mapped[str] = mapped_column(sa.String(500))
    previous_secret: Mapped[str] = mapped_column(sa.String(500), default="")
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def label(self) -> str:
        return self.name


class Queued(TenantRow, Base):
    """A transaction that a webhook has not taken yet. A trigger on `audit_transactions` adds it, in
    that very transaction: one that commits late, with an older id, is not passed over.

    It refers to nothing: the lock that a foreign key takes would have a write at the desk wait for
    a delivery, and fail beside the webhook's deletion.
    """

    __tablename__ = "webhook_queue"

    webhook_id: Mapped[UUID] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(
        sa.BigInteger, primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    """Of the first entry that is still to be sent: a long transaction fills many batches."""


class Delivery(Ledger, Base):
    """One message, by whose id receivers tell duplicates. It holds the ids of its entries and no
    copy of them: they are read anew for each attempt, and never change."""

    __tablename__ = "webhook_deliveries"
    __unversioned__: ClassVar[str] = "is its own record: what was sent, and what became of it"
    __table_args__ = (
        tenant_key("webhook_id", to="webhooks"),
        sa.Index("ix_webhook_deliveries_due", "tenant_id", "webhook_id", "outcome", "next_at"),
        sa.Index("ix_webhook_deliveries_ended", "tenant_id", "ended_at"),
    )

    webhook_id: Mapped[UUID]
    kind: Mapped[Kind] = mapped_column(_enum(Kind), default=Kind.BATCH)
    outcome: Mapped[Outcome] = mapped_column(_enum(Outcome), default=Outcome.PENDING)
    entries: Mapped[list[str]]
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    why: Mapped[str] = mapped_column(sa.String(300), default="")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    first_tried_at: Mapped[datetime | None]
    next_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @property
    def message_id(self) -> str:
        """As the receiver sees it, in `webhook-id`."""
        return f"msg_{self.id.hex}"

    @property
    def label(self) -> str:
        return self.message_id


class Attempt(Ledger, Base):
    """`status`: HTTP's, None where there was no answer. `answer`: how it began, without what could
    be a secret; `milliseconds`: how long it took."""

    __tablename__ = "webhook_attempts"
    __unversioned__: ClassVar[str] = "is its own record, kept for thirty days"
    __table_args__ = (
        tenant_key("delivery_id", to="webhook_deliveries"),
        sa.Index("ix_webhook_attempts_delivery", "tenant_id", "delivery_id", "at"),
        sa.Index("ix_webhook_attempts_at", "tenant_id", "at"),
    )

    delivery_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    status: Mapped[int | None] = mapped_column(sa.Integer)
    why: Mapped[str] = mapped_column(sa.String(300), default="")
    milliseconds: Mapped[int] = mapped_column(sa.Integer)
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
