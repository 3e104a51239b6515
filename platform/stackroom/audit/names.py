"""What records were called at a time, whether they are still there or not."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from stackroom.audit.models import AuditEntry
from stackroom.core.database import db

Moment = tuple[UUID, int]
"""A record, and the transaction as of which its name is asked."""


def as_of(moments: Iterable[Moment]) -> dict[Moment, str]:
    """In one statement: each version has left its record's label in the trail. Where there is none
    so early, the last one known."""
    wanted = sorted(set(moments))
    if not wanted:
        return {}
    asked = (
        sa.values(sa.column("id", sa.Uuid()), sa.column("at", sa.BigInteger()), name="asked")
        .data(wanted)
        .cte()
    )
    version = aliased(AuditEntry)
    last = sa.select(sa.func.max(version.transaction_id)).where(
        version.subject_id == asked.c.id, version.data.is_(None)
    )
    then = last.where(version.transaction_id <= asked.c.at)
    newest = sa.func.coalesce(then.scalar_subquery(), last.scalar_subquery())
    known = (  # found first, so that an index leads to each line: see `diffs`
        sa.select(asked.c.id, asked.c.at, newest.label("newest"))
        .cte("known")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    found = db.session.execute(
        sa.select(known.c.id, known.c.at, AuditEntry.subject_label).join(
            AuditEntry,
            sa.and_(
                AuditEntry.subject_id == known.c.id,
                AuditEntry.data.is_(None),
                AuditEntry.transaction_id == known.c.newest,
            ),
        )
    )
    return {(record_id, at): label for record_id, at, label in found}
