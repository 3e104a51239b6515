"""One timeline of row versions and semantic events."""

import sqlalchemy as sa

from stackroom.audit.filters import ENTRY_ID, EntryQuery, SliceQuery, place
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.narrowing import Narrowing, narrowing
from stackroom.audit.paging import Slice, sliced
from stackroom.audit.telling import Entry, told
from stackroom.core.database import db
from stackroom.core.errors import NotFound


def entries(query: EntryQuery) -> Slice[Entry]:
    """Newest first. The number of statements depends on the number of versioned classes only."""
    return telling(narrowing(query), query)


def telling(asked: Narrowing, query: SliceQuery) -> Slice[Entry]:
    lines = sliced(asked, query)
    return lines.holding(told(lines.items))


def entry(entry_id: str) -> Entry:
    """Raises NotFound."""
    return told([_line(entry_id)])[0]


def act(entry_id: str, query: SliceQuery) -> Slice[Entry]:
    """Everything that was done together with this line. Raises NotFound."""
    line = _line(entry_id)
    batch = db.session.scalars(
        sa.select(AuditTransaction.batch_id).where(AuditTransaction.id == line.transaction_id)
    ).one()
    if batch:
        together = Narrowing(by=(lambda by: by.batch_id == batch,))
    else:
        together = Narrowing(span=(lambda at: at == line.transaction_id,))
    return telling(together, query)


def _line(entry_id: str) -> AuditEntry:
    if not ENTRY_ID.fullmatch(entry_id):
        raise NotFound
    transaction_id, position = place(entry_id)
    line = db.session.scalar(
        sa.select(AuditEntry).where(
            AuditEntry.transaction_id == transaction_id, AuditEntry.position == position
        )
    )
    if line is None:
        raise NotFound
    return line


def newest() -> str:
    """The id of the last line; "0-0" while there is none."""
    latest = sa.select(AuditEntry).order_by(
        AuditEntry.transaction_id.desc(), AuditEntry.position.desc()
    )
    line = db.session.scalar(latest.limit(1))
    return line.id if line else "0-0"
