"""The declarative base. A model says SHARED or SCOPED, or the class definition raises."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from uuid_utils.compat import uuid7

from tenants import context
from tenants.columns import Json, UtcDateTime


class Tenancy(StrEnum):
    SHARED = "shared"
    SCOPED = "scoped"


SHARED, SCOPED = Tenancy.SHARED, Tenancy.SCOPED


class Base(DeclarativeBase):
    __tenancy__: ClassVar[Tenancy]
    __append_only__: ClassVar[bool] = False
    """A SHARED table that is history: the app role may add to it, nobody may change it."""
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_1_name)s",  # column 0 is always the organisation
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {
        datetime: UtcDateTime(),
        UUID: sa.Uuid(),
        dict[str, Any]: Json,
        list[str]: Json,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if not isinstance(getattr(cls, "__tenancy__", None), Tenancy):
            raise TypeError(f"{cls.__name__} must say __tenancy__ = SHARED or derive from Scoped")
        if cls.__tenancy__ is SCOPED and not issubclass(cls, TenantRow):
            raise TypeError(f"{cls.__name__} is SCOPED and must derive from Scoped or Ledger")
        if issubclass(cls, Ledger) and not getattr(cls, "__unversioned__", ""):
            raise TypeError(f"{cls.__name__} must say in __unversioned__ why it keeps no versions")
        super().__init_subclass__(**kwargs)


class TenantRow:
    """Marks every class whose rows belong to one organisation: live, version and ledger rows.
    The wall's criteria hang on it."""

    __tenancy__: ClassVar[Tenancy] = SCOPED
    tenant_id: Mapped[int] = mapped_column(
        sa.Integer,
        primary_key=True,
        autoincrement=False,
        default=lambda: context.current().id,
        sort_order=-20,  # first in the table, so first in the primary key
    )


class Keys(TenantRow):
    """`(tenant_id, id)`: the organisation's integer first, then a UUIDv7."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-10)


class Scoped(Keys):
    """A row of one organisation, versioned on every change.

    `revision` counts the changes: it guards against lost updates and is the row's ETag.
    """

    __versioned__: ClassVar[dict[str, Any]] = {}
    __called__: ClassVar[str] = ""
    """What people call such a record: “title”, “copy”."""
    __part_of__: ClassVar[str] = ""
    """The column that names the record it belongs to, which its history names as well."""
    __labels__: ClassVar[Mapping[str, str]] = {}
    """What people call a column whose name is no plain English."""
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """By column, what people call a value that is no plain English."""
    __money__: ClassVar[frozenset[str]] = frozenset()
    """Columns that count hundredths of a currency."""
    __drawn__: ClassVar[frozenset[str]] = frozenset()
    """Columns that only repeat what others say, so that sentences leave them out."""
    revision: Mapped[int] = mapped_column(sa.Integer, nullable=False, sort_order=-5)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.revision} if hasattr(cls, "__table__") else {}


class Ledger(Keys):
    """A row of one organisation that is its own history or holds a secret; says why."""

    __unversioned__: ClassVar[str] = ""


def tenant_key(*columns: str, to: str, **options: Any) -> sa.ForeignKeyConstraint:
    """A foreign key that cannot leave the organisation: `(tenant_id, …) → to(tenant_id, id)`."""
    return sa.ForeignKeyConstraint(
        ["tenant_id", *columns], [f"{to}.tenant_id", f"{to}.id"], **options
    )


def scoped_tables() -> list[sa.Table]:
    """Every table that holds rows of organisations, in creation order."""
    return [table for table in Base.metadata.sorted_tables if "tenant_id" in table.c]


def shared_tables() -> list[sa.Table]:
    """Every other table: in the main database alone, and behind no wall."""
    return [table for table in Base.metadata.sorted_tables if "tenant_id" not in table.c]
