"""Gathers the changes of one session and writes them once, as the transaction ends.

Nothing here is shared between sessions, so threads and greenlets cannot mix their histories.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session, SessionTransaction, object_session

from stackroom.audit import order
from stackroom.audit.copying import FEW, copy
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import subject_type, version_of
from stackroom.audit.words import fold
from stackroom.core import clock, counts
from stackroom.core.actor import provenance
from tenants import context
from tenants.orm import Scoped
from tenants.wall import HISTORY

INSERT, UPDATE, DELETE = 0, 1, 2
"""Continuum's operation types."""
ACTIONS = {INSERT: "created", UPDATE: "updated", DELETE: "deleted"}
UNKNOWN = object()
"""Stands for an old value that was never loaded; equal to nothing."""
Stamp = dict[str, int]
"""tenant_id and transaction_id."""


@dataclass(frozen=True, slots=True)
class Change:
    """The last state of a row. `replaced` holds what the transaction found in the columns it
    changed, None where that is not known."""

    operation: int
    values: dict[str, Any]
    replaced: Mapping[str, Any] | None = None

    @property
    def came_back(self) -> bool:
        """Whether the row ends as it was (A → B → A), so that there is nothing to tell."""
        return (
            self.operation == UPDATE
            and self.replaced is not None
            and all(
                self.values.get(name, UNKNOWN) == value for name, value in self.replaced.items()
            )
        )


@dataclass(slots=True)
class Gathered:
    """What one transaction has changed so far: the last state of each row, and its events."""

    changes: dict[tuple[type[Any], Any], Change] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    row_changes: int = 0
    """Rows that statements have changed, one that changed twice counting twice."""

    def copy(self) -> "Gathered":
        return Gathered(dict(self.changes), list(self.events), self.row_changes)


class TooLate(Exception):
    """A row changed after the history of its transaction was written: nothing would tell of it."""


def gathered(session: Session) -> Gathered:
    """What the open transaction has changed so far. Raises TooLate while it commits."""
    if "history_written" in session.info:
        raise TooLate("write before the commit; before_commit listeners must not change rows")
    found: Gathered = session.info.setdefault("gathered", Gathered())
    return found


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
    event.listen(session_class, "after_commit", _committed)
    event.listen(session_class, "after_rollback", _forget)
    event.listen(session_class, "after_transaction_create", _remember_savepoint)
    event.listen(session_class, "after_soft_rollback", _return_to_savepoint)


def _inserted(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    _gather(row, INSERT)


def _updated(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    # SQLAlchemy also reports rows that were touched and set back before the flush.
    if replaced := _replaced(inspect(row)):
        _gather(row, UPDATE, replaced)


def _deleted(_mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    _gather(row, DELETE)


def _replaced(state: InstanceState[Any]) -> dict[str, Any]:
    """The columns this flush changed, with the values they had."""
    touched = state.committed_state
    histories = {
        column.columns[0].name: state.attrs[column.key].history
        for column in state.mapper.column_attrs
        if column.key in touched
    }
    return {
        name: history.deleted[0] if history.deleted else UNKNOWN
        for name, history in histories.items()
        if history.has_changes()
    }


def _gather(row: Any, operation: int, replaced: Mapping[str, Any] | None = None) -> None:
    session = object_session(row)
    assert session is not None
    provenance()  # a write in nobody's name fails here, at the flush that made it
    present = gathered(session)
    present.row_changes += 1
    changes = present.changes
    key = (type(row), row.id)
    before = changes.get(key)
    if before and before.operation == INSERT:
        if operation == DELETE:
            del changes[key]  # it never was, as far as anybody else could see
            return
        operation = INSERT
    elif before and replaced is not None:
        replaced = None if before.replaced is None else {**replaced, **before.replaced}
    changes[key] = Change(operation, _values(row), replaced)


def _values(row: Any) -> dict[str, Any]:
    excluded = row.__versioned__.get("exclude", ())
    return {
        attribute.columns[0].name: getattr(row, attribute.key)
        for attribute in inspect(row).mapper.column_attrs
        if attribute.key not in excluded
    }


def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()  # what is still pending must be gathered too
    present = gathered(session)
    session.info["history_written"] = True
    changes = [(model, it) for (model, _), it in present.changes.items() if not it.came_back]
    if not (present.row_changes or present.events):
        return
    at = clock.now()
    stamp = {
        "tenant_id": session.info["tenant_id"],
        "transaction_id": order.next_id(session, at, changes),
    }
    _write_transaction(session.connection(), stamp, at, present.row_changes)
    _write_versions(session.connection(), stamp, changes)
    lines = [*(_line(model, change) for model, change in changes), *present.events]
    entries = [{**line, **stamp, "position": place} for place, line in enumerate(lines)]
    if entries:
        _insert(session.connection(), _table(AuditEntry), entries)


def _write_transaction(
    connection: sa.Connection, stamp: Stamp, at: datetime, row_changes: int
) -> None:
    tenant_id, transaction_id = stamp["tenant_id"], stamp["transaction_id"]
    row = {"tenant_id": tenant_id, "id": transaction_id, "at": at, "row_changes": row_changes}
    _insert(connection, _table(AuditTransaction), [{**row, **_who()}])


def _write_versions(
    connection: sa.Connection, stamp: Stamp, changes: list[tuple[type[Any], Change]]
) -> None:
    """One statement for each kind of row and operation, whatever their number."""
    kinds: dict[tuple[type[Any], int], list[Change]] = defaultdict(list)
    for model, change in changes:
        kinds[model, change.operation].append(change)
    for (model, operation), alike in kinds.items():
        marked = {**stamp, "operation_type": operation}
        history = _table(version_of(model))
        if operation == DELETE or len(alike) < FEW:
            _insert(connection, history, [{**change.values, **marked} for change in alike])
        else:
            keys = [change.values["id"] for change in alike]
            copy(connection, _table(model), history, keys, marked)


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(table.insert(), rows, execution_options=HISTORY)


def _table(model: type[Any]) -> sa.Table:
    table: sa.Table = model.__table__
    return table


def _who() -> dict[str, Any]:
    present = provenance()
    return {
        "actor_type": present.actor.type.value,
        "actor_id": present.actor.id,
        "actor_label": present.actor.label[:200],
        "actor_words": fold(present.actor.label),
        "on_behalf_of": present.on_behalf_of,
        "channel": present.channel.value,
        "request_id": present.request_id,
        "ip": present.ip,
        "user_agent": present.user_agent,
        "reason": present.reason[:500],
        "roles": list(present.roles),
        "by_right": present.by_right,
        "batch_id": present.batch_id,
    }


def _line(model: type[Any], change: Change) -> dict[str, Any]:
    kind, label = subject_type(model), label_of(model, change.values)
    return {
        "action": f"{kind}.{ACTIONS[change.operation]}",
        "subject_type": kind,
        "subject_id": change.values["id"],
        "subject_label": label[:300],
        "words": fold(label),
        "data": None,
        "library_id": change.values.get("library_id"),
    }


def label_of(model: type[Any], values: Mapping[str, Any]) -> str:
    """Labels are made of a row's own columns: a row written in bulk is no object, yet has one."""
    return str(model.label.fget(SimpleNamespace(**values)))


def _committed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    changed = session.info.get("gathered", Gathered()).changes
    _forget(session)
    if changed:
        counts.forget()


def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("gathered", None)
        session.info.pop("history_written", None)


def _remember_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        savepoints = session.info.setdefault("savepoints", WeakKeyDictionary())
        savepoints[transaction] = gathered(session).copy()


def _return_to_savepoint(session: Session, transaction: SessionTransaction) -> None:
    before = session.info.get("savepoints", {}).pop(transaction, None)
    if before is not None:
        session.info["gathered"] = before
