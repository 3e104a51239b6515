"""Writes the history of a transaction once, as it ends: who acted, a version of each changed row,
and the lines of the trail."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from stackroom.audit import gathering, keyring, order, places, pseudonyms
from stackroom.audit.copying import FEW, copy
from stackroom.audit.gathering import ACTIONS, DELETE, INSERT, Change, Gathered, gathered
from stackroom.audit.keyring import Keyring, Row, Told
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.pseudonyms import NOBODY, PATRON_ROLE, Whose
from stackroom.audit.versioning import subject_type, version_of
from stackroom.audit.words import fold
from stackroom.core import clock, counts
from stackroom.core.actor import ActorType, provenance
from tenants.wall import HISTORY

Stamp = dict[str, int]
"""tenant_id and transaction_id."""


def watch(session_class: type[Session]) -> None:
    """Follow every session of this class. Called once, when the app is assembled."""
    gathering.watch(session_class)
    event.listen(session_class, "before_commit", _write)
    event.listen(session_class, "after_commit", _committed)


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
    tenant_id, transaction_id = session.info["tenant_id"], order.next_id(session, at, changes)
    stamp = {"tenant_id": tenant_id, "transaction_id": transaction_id}
    session.info["transaction_id"] = transaction_id
    keys = _keys(session, changes, present.events)
    facts = {"at": at, "row_changes": present.row_changes, **_who(keys)}
    row = {"tenant_id": tenant_id, "id": transaction_id, **facts}
    _insert(session.connection(), _table(AuditTransaction), [row])
    _write_versions(session.connection(), stamp, changes, keys)
    lines = _lines(session, changes, present, keys)
    entries = [{**line, **stamp, "position": place} for place, line in enumerate(lines)]
    if entries:
        _insert(session.connection(), _table(AuditEntry), entries)


def _keys(
    session: Session, changes: list[tuple[type[Any], Change]], events: list[dict[str, Any]]
) -> Keyring:
    rows = [
        Row(model, it.operation == INSERT, it.values, it.replaced or {}) for model, it in changes
    ]
    others = [_actor(), *(event["told"].whose for event in events)]
    return keyring.fetch(session.connection(), session.info["tenant_id"], rows, others)


def _actor() -> Whose:
    """Whose key names the actor: only of those who have no other role than a patron's."""
    present = provenance()
    is_person = present.actor.type is ActorType.PERSON
    is_staff = any(role != PATRON_ROLE for role in present.roles)
    return Whose(account=present.actor.id) if is_person and not is_staff else NOBODY


def _write_versions(
    connection: sa.Connection,
    stamp: Stamp,
    changes: list[tuple[type[Any], Change]],
    keys: Keyring,
) -> None:
    """One statement for each kind of row and operation, whatever their number."""
    kinds: dict[tuple[type[Any], int], list[Change]] = defaultdict(list)
    for model, change in changes:
        kinds[model, change.operation].append(change)
    for (model, operation), alike in kinds.items():
        marked = {**stamp, "operation_type": operation}
        history = _table(version_of(model))
        if operation == DELETE or len(alike) < FEW or pseudonyms.of(model):
            rows = [keys.version(model, change.values, history.name) for change in alike]
            _insert(connection, history, [{**row, **marked} for row in rows])
        else:
            copied = [change.values["id"] for change in alike]
            copy(connection, _table(model), history, copied, marked)


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(table.insert(), rows, execution_options=HISTORY)


def _table(model: type[Any]) -> sa.Table:
    table: sa.Table = model.__table__
    return table


def _who(keys: Keyring) -> dict[str, Any]:
    present = provenance()
    name = present.actor.label[:200]
    told = Told(_actor(), named=True, seals=frozenset({"actor_label", "ip", "user_agent"}))
    facts = {"actor_label": name, "ip": present.ip, "user_agent": present.user_agent}
    name, shown, sealed = keys.facts(told, name, facts, "audit_transactions")
    return {
        "actor_type": present.actor.type.value,
        "actor_id": present.actor.id,
        "actor_label": name,
        "actor_words": fold(name),
        "on_behalf_of": present.on_behalf_of,
        "channel": present.channel.value,
        "request_id": present.request_id,
        "ip": shown["ip"],
        "user_agent": shown["user_agent"],
        "personal": sealed,
        "reason": present.reason[:500],
        "roles": list(present.roles),
        "by_right": present.by_right,
        "batch_id": present.batch_id,
    }


def _lines(
    session: Session,
    changes: list[tuple[type[Any], Change]],
    present: Gathered,
    keys: Keyring,
) -> list[dict[str, Any]]:
    """An event about a record that changes here happened where the change did."""
    rows = [(model, change.values) for model, change in changes]
    libraries = places.of_each(session, rows, present.libraries)
    lines = [
        {**_line(model, change, keys), "library_id": library_id}
        for (model, change), library_id in zip(changes, libraries, strict=True)
    ]
    known = {line["subject_id"]: line["library_id"] for line in lines}
    for told in present.events:
        event_line = _event_line(told, keys)
        place = event_line["library_id"] or known.get(event_line["subject_id"])
        lines.append({**event_line, "library_id": place})
    return lines


def _line(model: type[Any], change: Change, keys: Keyring) -> dict[str, Any]:
    kind, label = subject_type(model), keys.label(model, change.values)
    return {
        "action": f"{kind}.{ACTIONS[change.operation]}",
        "subject_type": kind,
        "subject_id": change.values["id"],
        "subject_label": label[:300],
        "words": fold(keys.words(model, change.values, label)),
        "data": None,
        "personal": None,
    }


def _event_line(event: Mapping[str, Any], keys: Keyring) -> dict[str, Any]:
    line = {name: value for name, value in event.items() if name not in ("told", "tell")}
    told = event["told"]
    label, data, sealed = keys.facts(told, line["subject_label"], line["data"], "audit_entries")
    words = f"{event['tell'](label, data)} {keys.name(told.whose)}".rstrip()
    return {
        **line, "subject_label": label[:300], "words": fold(words), "data": data,
        "personal": sealed,
    }  # fmt: skip


def _committed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    changed = session.info.get("gathered", Gathered()).changes
    gathering.forget(session)
    if changed:
        counts.forget()
