"""The proof of one entry: its rows, and the way from each of them to a signed root."""

from typing import Any

import sqlalchemy as sa

from stackroom.audit import queries
from stackroom.audit.events import record
from stackroom.audit.models import AuditEntry
from stackroom.core.database import db
from stackroom.core.merkle import path
from stackroom.oversight.seals import events, rows, statements, verify
from stackroom.oversight.seals.errors import NotSealedYet
from stackroom.oversight.seals.models import AuditCheckpoint, AuditSealed
from stackroom.oversight.seals.service import keys

Proof = dict[str, Any]


def sealed_in(entry_id: str) -> AuditCheckpoint | None:
    """The checkpoint of an entry; None where it waits for one. Raises NotFound."""
    return _checkpoint_of(queries.entry(entry_id).line.transaction_id)


def take(entry_id: str) -> Proof:
    """As `verify.py --proof` reads it; that it is taken is an event. Raises NotFound, or
    NotSealedYet."""
    line = queries.entry(entry_id).line
    found = _checkpoint_of(line.transaction_id)
    if found is None:
        raise NotSealedYet
    record(events.PROOF_TAKEN, label=f"checkpoint {found.number}", entry=line.id)
    return {
        "format": verify.PROOF,
        "entry": line.id,
        "checkpoint": statements.checkpoint(found),
        "keys": [statements.key(key) for key in keys.published()],
        "rows": _rows(line, found.number),
    }


def _checkpoint_of(transaction_id: int) -> AuditCheckpoint | None:
    return db.session.scalar(
        sa.select(AuditCheckpoint)
        .join(AuditSealed, AuditSealed.checkpoint == AuditCheckpoint.number)
        .where(AuditSealed.transaction_id == transaction_id)
    )


def _rows(line: AuditEntry, number: int) -> list[Proof]:
    names, hashes = _leaves(number)
    stored = rows.lines(db.session(), [line.transaction_id])[line.transaction_id]
    wanted = [name for name in _names(line) if name in stored]
    places = [names.index((line.transaction_id, name)) for name in wanted]
    return [
        {
            "line": stored[name].decode(),
            "index": place,
            "path": [step.hex() for step in path(hashes, place)],
        }
        for name, place in zip(wanted, places, strict=True)
    ]


def _names(line: AuditEntry) -> list[str]:
    """The transaction's own row, the entry's, and the version that it tells of."""
    names = [str(rows.TRANSACTIONS.name), f"{rows.ENTRIES.name}/{line.position}"]
    version = rows.version_tables().get(line.subject_type)
    if line.data is None and version is not None:
        names.append(f"{version.name}/{line.subject_id}")
    return names


def _leaves(number: int) -> tuple[list[tuple[int, str]], list[bytes]]:
    """Every leaf of a checkpoint in its order: what it is called, and its hash."""
    sealed = db.session.execute(
        sa.select(AuditSealed.transaction_id, AuditSealed.leaves)
        .where(AuditSealed.checkpoint == number)
        .order_by(AuditSealed.transaction_id)
    )
    all_of_it = [
        ((transaction_id, name), bytes.fromhex(leaves[name]))
        for transaction_id, leaves in sealed
        for name in sorted(leaves)
    ]
    return [name for name, _ in all_of_it], [hashed for _, hashed in all_of_it]
