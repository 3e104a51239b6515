"""The one way to write many rows of a versioned table without loading them: set-based, and each
row leaves its version in the same transaction as if the ORM had written it."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit.gathering import DELETE, INSERT, UPDATE, Change, gathered
from stackroom.core.actor import provenance
from tenants import context
from tenants.errors import ForeignRow
from tenants.orm import Scoped
from tenants.wall import AUDITED

Row = Mapping[str, Any]


class StaleRows(Exception):
    """A bulk update met rows that another transaction has changed or deleted."""


def insert(session: Session, model: type[Scoped], rows: Iterable[Row]) -> list[Any]:
    """Insert rows of one class; columns left out take their default. A row that comes back names
    its `revision`, so that no ETag of its former life fits again. Returns the ids.

    Raises:
        ForeignRow: a row names another organisation.
    """
    provenance()  # a write in nobody's name must fail before it reaches the database
    table = _table(model)
    complete = [_complete(table, {"revision": 1, **row}) for row in rows]
    if complete:
        session.connection().execute(sa.insert(table), complete, execution_options=AUDITED)
    return _remember(session, model, INSERT, complete)


def update(session: Session, model: type[Scoped], rows: Iterable[Row]) -> list[Any]:
    """Replace whole rows by `id`. Each row holds every column, `revision` as it was read.
    Returns the ids.

    Raises:
        ForeignRow: a row names another organisation.
        StaleRows: somebody changed a row meanwhile; the caller must roll back.
    """
    provenance()
    table = _table(model)
    complete = [_complete(table, {**row, "revision": row["revision"] + 1}) for row in rows]
    if complete:
        written = session.connection().execute(
            _replacement(table),
            [{**row, "old_id": row["id"], "old_revision": row["revision"] - 1} for row in complete],
            execution_options=AUDITED,
        )
        if written.rowcount != len(complete):
            raise StaleRows(f"{len(complete) - written.rowcount} rows were changed meanwhile")
    return _remember(session, model, UPDATE, complete)


def delete(session: Session, model: type[Scoped], rows: Iterable[Row]) -> list[Any]:
    """Delete whole rows, as they were read. Returns the ids.

    Raises:
        StaleRows: somebody changed a row meanwhile; the caller must roll back.
    """
    provenance()
    table, gone = _table(model), [dict(row) for row in rows]
    if gone:
        written = session.connection().execute(
            sa.delete(table).where(*_as_read(table)),
            [{"old_id": row["id"], "old_revision": row["revision"]} for row in gone],
            execution_options=AUDITED,
        )
        if written.rowcount != len(gone):
            raise StaleRows(f"{len(gone) - written.rowcount} rows were changed meanwhile")
    return _remember(session, model, DELETE, gone)


def _replacement(table: sa.Table) -> sa.Update:
    statement = sa.update(table).where(*_as_read(table))
    return statement.values({column.name: sa.bindparam(column.name) for column in table.c})


def _as_read(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.tenant_id == context.current().id,
        table.c.id == sa.bindparam("old_id"),
        table.c.revision == sa.bindparam("old_revision"),
    )


def _table(model: type[Scoped]) -> sa.Table:
    table = sa.inspect(model).local_table
    assert isinstance(table, sa.Table)
    return table


def _complete(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    tenant_id = context.current().id
    if row.setdefault("tenant_id", tenant_id) != tenant_id:
        raise ForeignRow(f"a row of {table.name} of another organisation was about to be written")
    return {
        column.name: row[column.name] if column.name in row else _default(column)
        for column in table.c
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
    present = gathered(session)
    present.row_changes += len(rows)
    changes = present.changes
    for row in rows:
        key = (model, row["id"])
        # a row that this transaction has made stays new, however often it is changed afterwards
        made_here = key in changes and changes[key].operation == INSERT
        if made_here and operation == DELETE:
            del changes[key]  # it never was, as far as anybody else could see
            continue
        values = {name: value for name, value in row.items() if name not in excluded}
        changes[key] = Change(INSERT if made_here else operation, values)
    return [row["id"] for row in rows]
