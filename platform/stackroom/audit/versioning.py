"""Continuum's version tables and reading API, filled by a writer of our own.

Continuum's unit of work keeps global dictionaries that threads share (FINDINGS 5.2.11), updates
version rows it has written (so history could not be append-only), and costs a session of its own
for each commit. Here the changes of a session are gathered in that session and written once, in
one INSERT per table, at the end of its transaction (ADR 4).
"""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Mapper, configure_mappers, mapped_column
from sqlalchemy_continuum import TransactionFactory
from sqlalchemy_continuum.builder import Builder
from sqlalchemy_continuum.manager import VersioningManager
from sqlalchemy_continuum.plugins import Plugin

from stackroom.core import clock
from tenants.orm import Base, TenantRow


class VersionRow(TenantRow, Base):
    """Base of every version class, so that the wall's criteria hold for history too."""

    __abstract__ = True


class Transactions(TransactionFactory):
    """Makes the class that Continuum calls Transaction: who changed what, when, from where."""

    model_name = "AuditTransaction"

    def create_class(self, manager: VersioningManager) -> type[Any]:
        class AuditTransaction(TenantRow, Base):
            __tablename__ = "audit_transactions"
            __versioning_manager__: ClassVar[VersioningManager] = manager
            __table_args__ = (
                sa.Index("ix_audit_transactions_actor", "tenant_id", "actor_id", "id"),
            )

            id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
            at: Mapped[datetime] = mapped_column(default=clock.now)
            actor_type: Mapped[str] = mapped_column(sa.String(20))
            actor_id: Mapped[Any] = mapped_column(sa.Uuid, nullable=True)
            actor_label: Mapped[str] = mapped_column(sa.String(200))
            impersonator: Mapped[str] = mapped_column(sa.String(200))
            channel: Mapped[str] = mapped_column(sa.String(20))
            request_id: Mapped[str] = mapped_column(sa.String(64))
            ip: Mapped[str] = mapped_column(sa.String(45))
            user_agent: Mapped[str] = mapped_column(sa.String(300))
            reason: Mapped[str] = mapped_column(sa.String(500))

        return AuditTransaction


class TenantLedIndexes(Plugin):
    """Continuum indexes single columns that no query of an organisation could use."""

    def after_build_version_table_columns(self, _builder: Any, columns: list[Any]) -> None:
        for column in columns:
            column.index = None


class VersionBuilder(Builder):
    def enable_active_history(self, version_classes: list[type[Any]]) -> None:
        """Continuum would load old values on every assignment; our writer does not need them."""


manager = VersioningManager(
    builder=VersionBuilder(),
    transaction_cls=Transactions(),
    options={
        "strategy": "subquery",
        "base_classes": (VersionRow,),
        "table_name": "%s_version",
        "create_composite_index": False,  # the primary key is (tenant_id, id, transaction_id)
        "native_versioning": False,
    },
    plugins=[TenantLedIndexes()],
)
manager.user_cls = None


def install() -> type[Any]:
    """Build the version classes of every model imported by now; returns the transaction class.

    Called once `app.py` has imported the features. A versioned model that is imported later
    cannot be written: the wall raises.
    """
    configure_mappers()
    if not sa.event.contains(Mapper, "instrument_class", _instrument):
        sa.event.listen(Mapper, "instrument_class", _instrument)
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        if not hasattr(mapper.class_, "__versioning_manager__"):
            _instrument(mapper, mapper.class_)
    if manager.pending_classes:
        manager.builder.configure_versioned_classes()
    configure_mappers()
    transaction: type[Any] = manager.transaction_cls
    return transaction


_instrument = manager.builder.instrument_versioned_classes


def version_of(model: type[Any]) -> type[Any]:
    version: type[Any] = manager.version_class_map[model]
    return version


def versioned_models() -> list[type[Any]]:
    return sorted(manager.version_class_map, key=lambda model: str(model.__tablename__))


def history_tables() -> frozenset[str]:
    """Tables that may only be added to."""
    versions = {version.__table__.name for version in manager.version_class_map.values()}
    return frozenset(versions | {"audit_transactions", "audit_events"})
