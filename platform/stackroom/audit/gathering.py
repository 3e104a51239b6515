"""Gathers what one session changes, until its transaction ends.

Nothing here is shared between sessions, so threads and greenlets cannot mix their histories.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session, SessionTransaction, object_session

from stackroom.audit import places
from stackroom.core.actor import provenance
from tenants import context
from tenants.orm import Scoped

INSERT, UPDATE, DELETE = 0, 1, 2
"""Continuum's operation types."""
ACTIONS = {INSERT: "created", UPDATE: "updated", DELETE: "deleted"}
UNKNOWN = object()
"""Stands for an old value that was never loaded; equal to nothing."""


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
    libraries: dict[UUID, UUID | None] = field(default_factory=dict)
    """Of rows to which changed ones refer."""

    def copy(self) -> "Gathered":
        kept = dict(self.changes), list(self.events), self.row_changes, dict(self.libraries)
        return Gathered(*kept)


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
    event.listen(Scoped, "after_insert", _inserted, propagate=True)
    event.listen(Scoped, "after_update", _updated, propagate=True)
    event.listen(Scoped, "after_delete", _deleted, propagate=True)
    event.listen(session_class, "after_rollback", forget)
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
    changes, values = present.changes, _values(row)
    places.note(session, present.libraries, type(row), values)
    key = (type(row), row.id)
    before = changes.get(key)
    if before and before.operation == INSERT:
        if operation == DELETE:
            del changes[key]  # it never was, as far as anybody else could see
            return
        operation = INSERT
    elif before and replaced is not None:
        replaced = None if before.replaced is None else {**replaced, **before.replaced}
    changes[key] = Change(operation, values, replaced)


def _values(row: Any) -> dict[str, Any]:
    excluded = row.__versioned__.get("exclude", ())
    return {
        attribute.columns[0].name: getattr(row, attribute.key)
        for attribute in inspect(row).mapper.column_attrs
        if attribute.key not in excluded
    }


def forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("gathered", None)
        session.info.pop("history_written", None)
        session.info.pop("transaction_id", None)


def _remember_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        savepoints = session.info.setdefault("savepoints", WeakKeyDictionary())
        savepoints[transaction] = gathered(session).copy()


def _return_to_savepoint(session: Session, transaction: SessionTransaction) -> None:
    before = session.info.get("savepoints", {}).pop(transaction, None)
    if before is not None:
        session.info["gathered"] = before
