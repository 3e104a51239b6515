"""What the open organisation keeps of its history, and where."""

from collections import Counter
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.oversight.retention.models import AuditArchive, AuditRetention


def said() -> AuditRetention | None:
    """None where the organisation has said nothing yet."""
    return db.session.scalar(sa.select(AuditRetention))


def archives(query: PageQuery) -> Page[AuditArchive]:
    """Newest year first."""
    return paginate(db.session(), sa.select(AuditArchive).order_by(AuditArchive.year.desc()), query)


def archive(audit_archive_id: UUID) -> AuditArchive:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(AuditArchive).where(AuditArchive.id == audit_archive_id))
    if found is None:
        raise NotFound
    return found


def archive_of(year: int) -> AuditArchive | None:
    return db.session.scalar(sa.select(AuditArchive).where(AuditArchive.year == year))


def newest_archive() -> AuditArchive | None:
    return db.session.scalar(sa.select(AuditArchive).order_by(AuditArchive.year.desc()).limit(1))


def first_here(before: AuditArchive | None) -> int:
    """The first checkpoint whose rows are all here, behind the newest archive."""
    return before.last_checkpoint + 1 if before else 1


def archived_rows(year: int) -> dict[str, int]:
    """Of that year by table, in whichever archives they are."""
    found = Counter[str]()
    for counts in db.session.scalars(sa.select(AuditArchive.counts)):
        found.update(counts.get(str(year), {}))
    return dict(found)


def may_leave(year: int, keep_years: int, now: datetime) -> bool:
    """Whether `keep_years` whole years lie between the end of that year and this one (UTC)."""
    return year + keep_years < now.year
