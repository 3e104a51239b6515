"""Who acted in each transaction, and the lines an auditor reads: row versions and events."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core.actor import ActorType
from tenants.columns import Json
from tenants.orm import Base, Ledger, TenantRow

PLACE = ("transaction_id", "position")
"""Where a line stands: the order of every list."""


class AuditTransaction(TenantRow, Base):
    """One transaction: who, when, from where. Continuum finds this class by its name."""

    __tablename__ = "audit_transactions"
    __table_args__ = (
        sa.Index("ix_audit_transactions_actor", "tenant_id", "actor_id", "id"),
        sa.Index("ix_audit_transactions_channel", "tenant_id", "channel", "id"),
        sa.Index(  # most belong to no batch, and cost nothing here
            "ix_audit_transactions_batch", "tenant_id", "batch_id", "id",
            sqlite_where=sa.text("batch_id IS NOT NULL"),
            postgresql_where=sa.text("batch_id IS NOT NULL"),
        ),
        sa.Index("ix_audit_transactions_request", "tenant_id", "request_id", "id"),
        sa.Index(
            "ix_audit_transactions_let_in", "tenant_id", "on_behalf_of", "id",
            sqlite_where=sa.text("on_behalf_of <> ''"),
            postgresql_where=sa.text("on_behalf_of <> ''"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_type: Mapped[str] = mapped_column(sa.String(20))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str] = mapped_column(sa.String(200))
    actor_words: Mapped[str] = mapped_column(sa.Text)
    """The label as it is searched."""
    on_behalf_of: Mapped[str] = mapped_column(sa.String(200))
    channel: Mapped[str] = mapped_column(sa.String(20))
    request_id: Mapped[str] = mapped_column(sa.String(64))
    ip: Mapped[str] = mapped_column(sa.String(45))
    user_agent: Mapped[str] = mapped_column(sa.String(300))
    reason: Mapped[str] = mapped_column(sa.String(500))
    roles: Mapped[list[str]]
    """Of the actor, at that time."""
    by_right: Mapped[str] = mapped_column(sa.String(60))
    """Key of the permission that let the request in."""
    batch_id: Mapped[UUID | None]
    """Shared by all transactions of one import or bulk operation."""
    personal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Where a patron acts: what would tell who it was, sealed."""
    row_changes: Mapped[int] = mapped_column(sa.Integer)
    """How many changed rows this transaction tells of; the tripwire counts them too."""

    @property
    def who(self) -> str:
        """Whose act it was, as they were then, to be read before what they did."""
        roles = self.roles if self.actor_type == ActorType.PERSON else []  # others' names say it
        held = ", ".join(role.replace("_", " ").replace("-", " ") for role in roles)
        let_in = f", let in by {self.on_behalf_of}," if self.on_behalf_of else ""
        return f"{self.actor_label}{f' ({held})' if held else ''}{let_in}"


class AuditEntry(TenantRow, Base):
    """One line of the timeline: a row version, or a semantic event with its `data`.

    Lists, filters and counts read this table alone, however many tables are versioned; the
    version tables are read only for the page that is shown.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.Index("ix_audit_entries_subject", "tenant_id", "subject_id", *PLACE),
        sa.Index("ix_audit_entries_action", "tenant_id", "action", *PLACE),
        sa.Index("ix_audit_entries_kind", "tenant_id", "subject_type", *PLACE),
        sa.Index("ix_audit_entries_library", "tenant_id", "library_id", *PLACE),
    )

    transaction_id: Mapped[int] = mapped_column(
        sa.BigInteger, primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    """Within the transaction: its row versions first, then its events."""
    action: Mapped[str] = mapped_column(sa.String(60))
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[UUID | None]
    subject_label: Mapped[str] = mapped_column(sa.String(300))
    words: Mapped[str] = mapped_column(sa.Text)
    """The label, or an event's whole sentence, as it is searched."""
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """None for a row version: what it changed stands in the version table."""
    library_id: Mapped[UUID | None]
    """Where it happened, as far as the record belongs to one library."""
    personal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Facts of an event that tell of a patron, sealed."""

    @property
    def id(self) -> str:
        return f"{self.transaction_id}-{self.position}"


class PatronKey(Ledger, Base):
    """Has the id of its patron. It goes when they are erased, and with it whatever was sealed."""

    __tablename__ = "patron_keys"
    __unversioned__: ClassVar[str] = "a copy in history would outlive the key, which must not be"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "pseudonym"),
        sa.UniqueConstraint("tenant_id", "account_id"),
    )

    key: Mapped[str] = mapped_column(sa.String(128))
    """64 bytes in hexadecimal."""
    pseudonym: Mapped[str] = mapped_column(sa.String(9))
    account_id: Mapped[UUID | None]
    """Their sign-in, unless a role of staff was given to it."""
