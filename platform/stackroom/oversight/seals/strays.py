"""What stands in the trail and in no checkpoint: rows that somebody has put there, or taken away
before they were sealed, behind the back of whatever writes history."""

from collections.abc import Iterator
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit import partitions
from stackroom.core.canonical import dump
from stackroom.oversight.retention import queries as archives
from stackroom.oversight.seals.models import AuditSealed, AuditUnsealed
from stackroom.oversight.seals.rows import ENTRIES, TRANSACTIONS, version_tables
from tenants import context
from tenants.wall import KERNEL

MOST = 100
"""Of each kind; whoever finds so many looks for the cause, not for the others."""
SEALED = cast("sa.Table", AuditSealed.__table__)
UNSEALED = cast("sa.Table", AuditUnsealed.__table__)


def lines(session: Session) -> Iterator[bytes]:
    """As they stand in evidence. `session` must be a snapshot: a write between two statements
    would look like a stray."""
    for transaction in _unknown(session, TRANSACTIONS, TRANSACTIONS.c.id):
        yield _stray("inserted", f"Transaction {transaction} is in no checkpoint", TRANSACTIONS)
    for transaction in _unknown(session, ENTRIES, ENTRIES.c.transaction_id):
        yield _stray("inserted", f"Entries of {transaction} are in no checkpoint", ENTRIES)
    for transaction in _gone(session):
        said = f"Transaction {transaction} was removed before it was sealed"
        yield _stray("removed", said, TRANSACTIONS)
    for kind, table in sorted(version_tables().items()):
        for key, transaction in _untold(session, kind, table):
            said = f"Transaction {transaction} has a version of {kind} {key} that no entry tells of"
            yield _stray("inserted", said, table)


def _stray(code: str, said: str, table: sa.Table) -> bytes:
    return dump({"stray": {"code": code, "sentence": f"{said}.", "row": str(table.name)}})


def _own(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.tenant_id == context.current().id


def _names(table: sa.Table, transaction: sa.ColumnElement[int]) -> sa.Exists:
    """Whether `table` names the transaction, within the organisation."""
    named = table.c.id if table is TRANSACTIONS else table.c.transaction_id
    return sa.exists().where(_own(table), named == transaction)


def _unknown(session: Session, table: sa.Table, transaction: sa.Column[int]) -> list[int]:
    nowhere = sa.and_(~_names(SEALED, transaction), ~_names(UNSEALED, transaction))
    wanted = sa.select(transaction).distinct().where(_own(table), nowhere).limit(MOST)
    return list(session.scalars(wanted, execution_options=KERNEL))


def _gone(session: Session) -> list[int]:
    waits = UNSEALED.c.transaction_id
    wanted = sa.select(waits).where(_own(UNSEALED), ~_names(TRANSACTIONS, waits)).limit(MOST)
    return list(session.scalars(wanted, execution_options=KERNEL))


def _untold(session: Session, kind: str, table: sa.Table) -> list[tuple[object, int]]:
    told = sa.exists().where(
        _own(ENTRIES),
        ENTRIES.c.subject_type == kind,
        ENTRIES.c.subject_id == table.c.id,
        ENTRIES.c.transaction_id == table.c.transaction_id,
        ENTRIES.c.data.is_(None),
    )
    here = table.c.transaction_id >= _cut()
    wanted = sa.select(table.c.id, table.c.transaction_id).where(_own(table), here, ~told)
    wanted = wanted.limit(MOST)
    return [(key, at) for key, at in session.execute(wanted, execution_options=KERNEL)]


def _cut() -> int:
    """Of years in archives, last states stay without the lines that told of them."""
    newest = archives.newest_archive()
    return partitions.span(newest.year)[1] if newest else 0
