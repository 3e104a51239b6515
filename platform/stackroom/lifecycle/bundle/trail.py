"""The audit trail as people read it: each line says who did what, when, from where. Its lines are
the leaves whose root the manifest signs, so they hold nothing that a later release would word
in another way."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.core.canonical import dump, instant, plain
from stackroom.lifecycle.bundle.events import IMPORTED
from stackroom.lifecycle.bundle.rows import PAGE

LINES = (
    sa.select(AuditEntry, AuditTransaction)
    .join(AuditTransaction, AuditTransaction.id == AuditEntry.transaction_id)
    .where(AuditEntry.action != IMPORTED.action)
    .order_by(AuditEntry.transaction_id, AuditEntry.position)
    .limit(PAGE)
)
PLACE = sa.tuple_(AuditEntry.transaction_id, AuditEntry.position)


def lines(session: Session) -> Iterator[bytes]:
    """Without their line ends, in the order in which things happened."""
    page = session.execute(LINES).all()
    while page:
        yield from (_line(entry, by) for entry, by in page)
        last, _ = page[-1]
        behind = LINES.where((last.transaction_id, last.position) < PLACE)
        session.expunge_all()  # what was read must not pile up
        page = session.execute(behind).all() if len(page) == PAGE else []


def _line(entry: AuditEntry, by: AuditTransaction) -> bytes:
    return dump(
        {
            "id": entry.id,
            "at": instant(by.at),
            "actor": {"type": by.actor_type, "id": by.actor_id, "label": by.actor_label},
            "on_behalf_of": by.on_behalf_of,
            "channel": by.channel,
            "request_id": by.request_id,
            "ip": by.ip,
            "user_agent": by.user_agent,
            "reason": by.reason,
            "action": entry.action,
            "subject": {
                "type": entry.subject_type,
                "id": entry.subject_id,
                "label": entry.subject_label,
            },
            "data": plain(entry.data),
        }
    )
