"""The rows of sealed transactions as lines of canonical JSON.

Rows are read as they are stored, by Core SQL, so each statement names the organisation itself.
What is NULL is left out: a column that history gains later does not alter what was sealed before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import subject_type, version_of, versioned_models
from stackroom.core.canonical import Shape, dump
from tenants import context
from tenants.wall import KERNEL

TRANSACTIONS = cast("sa.Table", AuditTransaction.__table__)
ENTRIES = cast("sa.Table", AuditEntry.__table__)
AT_ONCE = 5000
"""Keys in one statement; SQLite takes 32,766 parameters."""

Lines = dict[str, bytes]
"""By the row's name within its transaction."""


def lines(session: Session, transaction_ids: Sequence[int]) -> dict[int, Lines]:
    """The rows of each transaction that is there: its own, its entries, and the row versions that
    its entries tell of."""
    found: dict[int, Lines] = {}
    for row in _read(session, TRANSACTIONS, TRANSACTIONS.c.id, transaction_ids):
        found[row["id"]] = {str(TRANSACTIONS.name): line(TRANSACTIONS, row)}
    told: dict[str, set[tuple[UUID, int]]] = defaultdict(set)
    for row in _read(session, ENTRIES, ENTRIES.c.transaction_id, transaction_ids):
        place = found.setdefault(row["transaction_id"], {})
        place[f"{ENTRIES.name}/{row['position']}"] = line(ENTRIES, row)
        if row["data"] is None and row["subject_id"]:
            told[row["subject_type"]].add((row["subject_id"], row["transaction_id"]))
    for table, row in _versions(session, told):
        found[row["transaction_id"]][f"{table.name}/{row['id']}"] = line(table, row)
    return found


def line(table: sa.Table, row: sa.RowMapping) -> bytes:
    """The bytes that are a leaf of the Merkle tree, and stand as they are in evidence."""
    return dump({"row": _shape(table).present(row), "table": str(table.name)})


def version_tables() -> dict[str, sa.Table]:
    """By the kind of record, as entries call it."""
    return {subject_type(model): version_of(model).__table__ for model in versioned_models()}


def _versions(
    session: Session, told: dict[str, set[tuple[UUID, int]]]
) -> Iterator[tuple[sa.Table, sa.RowMapping]]:
    tables = version_tables()
    for kind in sorted(told.keys() & tables.keys()):
        table, pairs = tables[kind], told[kind]
        within = table.c.transaction_id.in_({transaction for _, transaction in pairs})
        for row in _read(session, table, table.c.id, {key for key, _ in pairs}, within):
            if (row["id"], row["transaction_id"]) in pairs:
                yield table, row


def _read(
    session: Session,
    table: sa.Table,
    key: sa.Column[Any],
    wanted: Iterable[Any],
    *further: sa.ColumnElement[bool],
) -> Iterator[sa.RowMapping]:
    keys = list(wanted)
    own = sa.select(*_shape(table).columns).where(table.c.tenant_id == context.current().id)
    for start in range(0, len(keys), AT_ONCE):
        some = own.where(key.in_(keys[start : start + AT_ONCE]), *further)
        yield from session.execute(some, execution_options=KERNEL).mappings()


@cache
def _shape(table: sa.Table) -> Shape:
    return Shape(table)
