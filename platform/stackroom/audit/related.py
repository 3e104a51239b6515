"""Which records belong to the history of another one; features say it in their manifests."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.gathering import DELETE
from stackroom.audit.versioning import version_of
from stackroom.core.features import Feature


@dataclass(frozen=True, slots=True)
class Children:
    """Rows of `model` that refer to the record in `column`, and those that did until they went.

    `by`: the column of the record, as (model, column), where they name it by that and not by id."""

    model: type[Any]
    column: str
    by: tuple[type[Any], str] | None = None

    def __call__(self, record_id: UUID) -> sa.CompoundSelect[Any]:
        live, gone = self.model, version_of(self.model)
        return sa.union_all(
            sa.select(live.id).where(self._names(live, record_id)),
            sa.select(gone.id).where(self._names(gone, record_id), _gone(gone)),
        )

    def _names(self, row: Any, record_id: UUID) -> sa.ColumnElement[bool]:
        column = getattr(row, self.column)
        if self.by is None:
            found: sa.ColumnElement[bool] = column == record_id
            return found
        parent = version_of(self.by[0])
        names = sa.select(getattr(parent, self.by[1])).where(parent.id == record_id)
        return sa.cast(column.in_(names), sa.Boolean)


@dataclass(frozen=True, slots=True)
class Parent:
    """The record to which `column` of a row of `model` refers, or has referred."""

    model: type[Any]
    column: str

    def __call__(self, record_id: UUID) -> sa.Select[Any]:
        version = version_of(self.model)
        return sa.select(getattr(version, self.column)).where(version.id == record_id)


def _gone(version: Any) -> sa.ColumnElement[bool]:
    """As the partial index says it."""
    found: sa.ColumnElement[bool] = version.operation_type == sa.literal_column(str(DELETE))
    return found


def index(features: Iterable[Feature]) -> None:
    """Rows that went are found by what they referred to. Called once the version classes are
    there; few rows ever go, so the indexes cost next to nothing."""
    for feature in features:
        for relation in (each for found in feature.related.values() for each in found):
            if isinstance(relation, Children):
                _index(version_of(relation.model).__table__, relation.column)


def _index(table: sa.Table, column: str) -> None:
    name = f"ix_{table.name}_gone_{column}"
    if name not in {index.name for index in table.indexes}:
        went = sa.text(f"operation_type = {DELETE}")
        sa.Index(name, table.c.tenant_id, table.c[column], sqlite_where=went, postgresql_where=went)
