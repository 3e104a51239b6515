"""Continuum's version tables and reading API, filled by a writer of our own.

Continuum's unit of work keeps global dictionaries that threads share (FINDINGS 5.2.11), updates
version rows it has written (so history could not be append-only), and costs a session of its own
for each commit. Here the changes of a session are gathered in that session and written once, in
one INSERT per table, at the end of its transaction (ADR 4).
"""

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, configure_mappers
from sqlalchemy_continuum import TransactionFactory
from sqlalchemy_continuum.builder import Builder
from sqlalchemy_continuum.manager import VersioningManager
from sqlalchemy_continuum.plugins import Plugin

from stackroom.audit import pseudonyms
from stackroom.audit.models import AuditEntry, AuditTransaction
from tenants.columns import Json
from tenants.orm import Base, TenantRow


class VersionRow(TenantRow, Base):
    """Base of every version class, so that the wall's criteria hold for history too."""

    __abstract__ = True


class Transactions(TransactionFactory):  # type: ignore[misc]  # Continuum has no annotations
    model_name = AuditTransaction.__name__  # Continuum takes the declared class of this name


class TenantLedIndexes(Plugin):  # type: ignore[misc]  # as above
    """Continuum indexes single columns that no query of an organisation could use."""

    def after_build_version_table_columns(self, _builder: Any, columns: list[Any]) -> None:
        for column in columns:
            column.index = None


class SealedValues(Plugin):  # type: ignore[misc]  # as above
    """Where a class tells of patrons, its history has a place for what is sealed."""

    def after_build_version_table_columns(self, builder: Any, columns: list[Any]) -> None:
        if pseudonyms.of(builder.model):
            columns.append(sa.Column("personal", Json))


class VersionBuilder(Builder):  # type: ignore[misc]  # as above
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
    plugins=[TenantLedIndexes(), SealedValues()],
)
manager.user_cls = None


def install() -> None:
    """Build the version classes of every model imported by now.

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


_instrument = manager.builder.instrument_versioned_classes


def version_of(model: type[Any]) -> type[Any]:
    version: type[Any] = manager.version_class_map[model]
    return version


def model_of(version: type[Any]) -> type[Any]:
    model: type[Any] = manager.parent_class_map[version]
    return model


def versioned_models() -> list[type[Any]]:
    return sorted(manager.version_class_map, key=lambda model: str(model.__tablename__))


def models_by_kind() -> dict[str, type[Any]]:
    """By what the timeline calls their records."""
    return {subject_type(model): model for model in versioned_models()}


def subject_type(model: type[Any]) -> str:
    """What the timeline calls a record of this class: `RoleGrant` → `role_grant`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def history_tables() -> frozenset[str]:
    """Tables that may only be added to."""
    versions = {version.__table__.name for version in manager.version_class_map.values()}
    shared = {m.class_.__tablename__ for m in Base.registry.mappers if m.class_.__append_only__}
    return frozenset(versions | shared | {AuditTransaction.__tablename__, AuditEntry.__tablename__})
