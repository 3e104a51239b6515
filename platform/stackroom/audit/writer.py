"""Gathers the changes of one session and writes them once, as the transaction ends.

Nothing here is shared between sessions, so threads and greenlets cannot mix their histories.
"""

import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session, SessionTransaction, object_session

from stackroom.audit.models import AuditEvent
from stackroom.audit.versioning import manager
from stackroom.core import clock
from stackroom.core.actor import provenance
from tenants import context
from tenants.orm import Scoped
from tenants.wall import AUDITED

INSERT, UPDATE, DELETE = 0, 1, 2
"""Continuum's operation types."""
EPOCH_MICROSECONDS = 1_577_836_800_000_000  # 2020-01-01: 51 bits last until 2091


@dataclass(slots=True)
class Change:
    operation: int
    values: dict[str, Any]


@dataclass(slots=True)
class Gathered:
    """What one transaction has changed so far: the last state of each row, and its events."""

    changes: dict[tuple[type[Any], Any], Change] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    transaction_id: int = 0

    def copy(self) -> "Gathered":
        return Gathered(dict(self.changes), list(self.events), self.transaction_id)

    def __bool__(self) -> bool:
        return bool(self.changes or self.events)


def new_transaction_id() -> int:
    """A 63-bit integer that grows with time and needs no sequence: 51 bits of microseconds since
    2020, 12 of chance. Unique within an organisation, which is all its keys ask."""
    microseconds = time.time_ns() // 1000 - EPOCH_MICROSECONDS
    return (microseconds << 12) | secrets.randbits(12)


def gathered(session: Session) -> Gathered:
    found: Gathered = session.info.setdefault("gathered", Gathered())
    return found


def transaction_id(session: Session) -> int:
    """The id under which this transaction will stand in history."""
    present = gathered(session)
    present.transaction_id = present.transaction_id or new_transaction_id()
    return present.transaction_id


def add_event(session: Session, values: dict[str, Any]) -> None:
    context.current()
    provenance()
    session.connection()  # an event alone must still begin a transaction, and end in history
    gathered(session).events.append(values)


def watch(session_class: type[Session]) -> None:
    """Follow every session of this class. Called once, when the app is assembled."""
    event.listen(Scoped, "after_insert", _inserted, propagate=True)
    event.listen(Scoped, "after_update", _updated, propagate=True)
    event.listen(Scoped, "after_delete", _deleted, propagate=True)
    event.listen(session_class, "before_commit", _write)
    event.listen(session_class, "after_commit", _forget)
    event.listen(session_class, "after_rollback", _forget)
    event.listen(session_class, "after_transaction_create", _remember_savepoint)
    event.listen(session_class, "after_soft_rollback", _return_to_savepoint)
    event.listen(session_class, "after_transaction_end", _forget_savepoint)


def _inserted(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    _gather(row, INSERT)


def _updated(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    if _really_changed(inspect(row)):
        _gather(row, UPDATE)


def _deleted(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    _gather(row, DELETE)


def _really_changed(state: InstanceState[Any]) -> bool:
    """SQLAlchemy also reports rows that were touched and set back."""
    return any(
        state.attrs[column.key].history.has_changes() for column in state.mapper.column_attrs
    )


def _gather(row: Any, operation: int) -> None:
    session = object_session(row)
    assert session is not None
    provenance()  # a write in nobody's name fails here, at the flush that made it
    changes = gathered(session).changes
    key = (type(row), row.id)
    before = changes.get(key)
    if before and before.operation == INSERT:
        if operation == DELETE:
            del changes[key]  # it never was, as far as anybody else could see
            return
        operation = INSERT
    changes[key] = Change(operation, _values(row))


def _values(row: Any) -> dict[str, Any]:
    excluded = row.__versioned__.get("exclude", ())
    present = {
        attribute.columns[0].name: getattr(row, attribute.key)
        for attribute in inspect(row).mapper.column_attrs
        if attribute.key not in excluded
    }
    return present


def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    present: Gathered | None = session.info.get("gathered")
    if not present:
        return
    stamp = {"tenant_id": session.info["tenant_id"], "transaction_id": transaction_id(session)}
    rows = {manager.transaction_cls.__table__: [_transaction_row(stamp)]}
    rows |= _version_rows(present, stamp)
    if present.events:
        rows[inspect(AuditEvent).local_table] = [{**event, **stamp} for event in present.events]
    for table, values in rows.items():
        session.connection().execute(table.insert(), values, execution_options=AUDITED)
    session.info.pop("gathered")


def _transaction_row(stamp: dict[str, int]) -> dict[str, Any]:
    present = provenance()
    return {
        "tenant_id": stamp["tenant_id"],
        "id": stamp["transaction_id"],
        "at": clock.now(),
        "actor_type": present.actor.type.value,
        "actor_id": present.actor.id,
        "actor_label": present.actor.label[:200],
        "impersonator": present.impersonator,
        "channel": present.channel.value,
        "request_id": present.request_id,
        "ip": present.ip,
        "user_agent": present.user_agent,
        "reason": present.reason[:500],
    }


def _version_rows(present: Gathered, stamp: dict[str, int]) -> dict[sa.Table, list[dict[str, Any]]]:
    tables: dict[sa.Table, list[dict[str, Any]]] = defaultdict(list)
    for (model, _), change in present.changes.items():
        table = manager.version_class_map[model].__table__
        tables[table].append({**change.values, **stamp, "operation_type": change.operation})
    return tables


def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("gathered", None)


def _remember_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault("savepoints", {})[transaction] = gathered(session).copy()


def _return_to_savepoint(session: Session, transaction: SessionTransaction) -> None:
    before = session.info.get("savepoints", {}).pop(transaction, None)
    if before is not None:
        session.info["gathered"] = before


def _forget_savepoint(session: Session, transaction: SessionTransaction) -> None:
    session.info.get("savepoints", {}).pop(transaction, None)
