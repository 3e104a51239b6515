"""One timeline of row versions and semantic events."""

import re

import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.audit.narrowing import narrowed
from stackroom.audit.schemas import EntryQuery
from stackroom.audit.telling import Entry, told
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, paginate

ENTRY_ID = re.compile(r"(\d{1,18}|[1-8]\d{18})-(\d{1,9})")
"""Never more than the database's integers hold."""


def entries(query: EntryQuery) -> Page[Entry]:
    """Newest first. The number of statements depends on the number of versioned classes only."""
    page = paginate(db.session(), narrowed(query), query)
    return Page(told(page.items), page.page, page.per_page, page.total)


def entry(entry_id: str) -> Entry:
    """Raises NotFound."""
    found = ENTRY_ID.fullmatch(entry_id)
    if found is None:
        raise NotFound
    transaction_id, position = map(int, found.groups())
    line = db.session.scalar(
        sa.select(AuditEntry).where(
            AuditEntry.transaction_id == transaction_id, AuditEntry.position == position
        )
    )
    if line is None:
        raise NotFound
    return told([line])[0]
