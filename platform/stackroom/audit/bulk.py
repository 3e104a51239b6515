"""The one way to write many rows of a versioned table without loading them: set-based, and each
row leaves its version in the same transaction as if the ORM had written it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit.writer import INSERT, UPDATE, Change, gathered
from stackroom.core.actor import provenance
from tenants import context
from tenants.errors import ForeignRow
from tenants.orm import Scoped
from tenants.wall import AUDITED


def insert(session: Session, model: type[Scoped], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Insert complete rows of one class; columns left out take their default. Returns the ids."""
    provenance()
    complete = [_complete(model, {**row, "revision": 1}) for row in rows]
    if complete:
        statement = sa.insert(_table(model))
        session.connection().execute(statement, complete, execution_options=AUDITED)
    return _remember(session, model, INSERT, complete)


def update(session: Session, model: type[Scoped], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Replace whole rows by `id`. Each row holds every column, `revision` as it was read.

    Raises:
        StaleRows: somebody changed one of them meanwhile; the caller's transaction must roll back.
    """
    provenance()
    table = _table(model)
    complete = [_complete(model, {**row, "revision": row["revision"] + 1}) for row in rows]
    if complete:
        statement = (
            sa.update(table)
            .where(table.c.tenant_id == sa.bindparam("old_tenant"))
            .where(table.c.id == sa.bindparam("old_id"))
            .where(table.c.revision == sa.bindparam("old_revision"))
            .values({name: sa.bindparam(name) for name in complete[0]})
        )
        old = [
            {**row, "old_tenant": row["tenant_id"], "old_id": row["id"],
             "old_revision": row["revision"] - 1}
            for row in complete
        ]  # fmt: skip
        result = session.connection().execute(statement, old, execution_options=AUDITED)
        if result.rowcount != len(complete):
            raise StaleRows(f"{len(complete) - result.rowcount} rows were changed meanwhile")
    return _remember(session, model, UPDATE, complete)


class StaleRows(Exception):
    """A bulk update met rows that another transaction has changed."""


def _table(model: type[Scoped]) -> sa.Table:
    table = sa.inspect(model).local_table
    assert isinstance(table, sa.Table)
    return table


def _complete(model: type[Scoped], row: dict[str, Any]) -> dict[str, Any]:
    tenant_id = context.current().id
    if row.setdefault("tenant_id", tenant_id) != tenant_id:
        raise ForeignRow(f"a {model.__name__} of another organisation was about to be written")
    return {
        column.name: row[column.name] if column.name in row else _default(column)
        for column in _table(model).c
    }


def _default(column: sa.Column[Any]) -> Any:
    default = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg  # type: ignore[attr-defined]


def _remember(
    session: Session, model: type[Scoped], operation: int, rows: list[dict[str, Any]]
) -> list[Any]:
    excluded = model.__versioned__.get("exclude", ())
    for row in rows:
        values = {name: value for name, value in row.items() if name not in excluded}
        gathered(session).changes[(model, row["id"])] = Change(operation, values)
    return [row["id"] for row in rows]
