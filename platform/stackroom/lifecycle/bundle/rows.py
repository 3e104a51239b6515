"""Rows out of the tables and into them, whatever the table. The one place of the bundle that speaks
Core SQL to scoped tables, so each statement here names the organisation itself."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.core.canonical import Row, Shape
from stackroom.lifecycle.bundle.events import IMPORTED
from stackroom.lifecycle.bundle.travelling import tables
from tenants import context
from tenants.wall import KERNEL

PAGE = 500
ENTRIES = cast("sa.Table", AuditEntry.__table__)
TRANSACTIONS = cast("sa.Table", AuditTransaction.__table__)
Found = sa.RowMapping


def counts(session: Session) -> Counter[str]:
    """Rows of every table that travels, by its name."""
    return Counter(
        {
            table.name: session.scalar(
                sa.select(sa.func.count()).select_from(table).where(_own(table)),
                execution_options=KERNEL,
            )
            or 0
            for table in tables()
        }
    )


def read(session: Session, shape: Shape) -> Iterator[Found]:
    """All rows of a table in the order of their key, page by page, without arrivals."""
    statement = (
        sa.select(*shape.columns)
        .where(_own(shape.table), *_without_arrivals(shape.table))
        .order_by(*shape.key)
        .limit(PAGE)
    )
    page = session.execute(statement, execution_options=KERNEL).mappings().all()
    while page:
        yield from page
        if len(page) < PAGE:
            return
        last = [sa.literal(page[-1][column.name], column.type) for column in shape.key]
        behind = statement.where(sa.tuple_(*shape.key) > sa.tuple_(*last))
        page = session.execute(behind, execution_options=KERNEL).mappings().all()


def write(session: Session, table: sa.Table, rows: Iterable[Row]) -> None:
    """As they are, history included: nothing here leaves a version or a line in the audit."""
    tenant_id = context.current().id
    complete = [{**row, "tenant_id": tenant_id} for row in rows]
    if complete:
        session.connection().execute(sa.insert(table), complete, execution_options=KERNEL)


def arrivals(session: Session) -> Iterator[tuple[Found, Found]]:
    """What tells that the organisation came from elsewhere: (transaction, entry) of each time.
    They stand in the manifest, so that a bundle made on arrival holds the rows of the one it came
    from, byte for byte."""
    for entry in _arrived(session, ENTRIES, ENTRIES.c.transaction_id):
        one = entry["transaction_id"]
        [transaction] = _arrived(session, TRANSACTIONS, TRANSACTIONS.c.id, one)
        yield transaction, entry


def _arrived(
    session: Session, table: sa.Table, key: sa.Column[Any], one: int | None = None
) -> Sequence[Found]:
    wanted = (
        sa.select(*Shape(table).columns)
        .where(_own(table), key.in_(_arrival_ids()) if one is None else key == one)
        .order_by(key)
    )
    return session.execute(wanted, execution_options=KERNEL).mappings().all()


def file_keys(session: Session) -> Iterator[str]:
    """Every file that a travelling row names, in order. A column that names one ends in
    `file_key`."""
    found: set[str] = set()
    for table in tables():
        for column in file_columns(table):
            wanted = sa.select(column).distinct().where(_own(table), column != "")
            found.update(session.scalars(wanted, execution_options=KERNEL))
    return iter(sorted(found))


def file_columns(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.c if column.name.endswith("file_key")]


def _own(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.tenant_id == context.current().id


def _arrival_ids() -> sa.Select[Any]:
    return sa.select(ENTRIES.c.transaction_id).where(
        _own(ENTRIES), ENTRIES.c.action == IMPORTED.action
    )


def _without_arrivals(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    keys = {ENTRIES.name: ENTRIES.c.transaction_id, TRANSACTIONS.name: TRANSACTIONS.c.id}
    return [keys[table.name].not_in(_arrival_ids())] if table.name in keys else []
