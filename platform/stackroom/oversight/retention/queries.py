"""What the open organisation keeps of its history, and where."""

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


def may_leave(year: int, keep_years: int, now: datetime) -> bool:
    """Whether `keep_years` whole years lie between the end of that year and this one (UTC)."""
    return year + keep_years < now.year
