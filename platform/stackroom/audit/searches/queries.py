from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.searches.models import AuditSearch
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate


def searches(owner_id: UUID, query: PageQuery) -> Page[AuditSearch]:
    """Somebody's own first, then what others share, by name."""
    own = AuditSearch.owner_id == owner_id
    wanted = sa.select(AuditSearch).where(sa.or_(own, AuditSearch.shared))
    wanted = wanted.order_by(own.desc(), AuditSearch.name, AuditSearch.id)
    return paginate(db.session(), wanted, query)


def search(search_id: UUID, owner_id: UUID) -> AuditSearch:
    """Their own, or one that is shared. Raises NotFound."""
    found = db.session.scalar(sa.select(AuditSearch).where(AuditSearch.id == search_id))
    if found is None or not (found.shared or found.owner_id == owner_id):
        raise NotFound
    return found


def own_search(search_id: UUID, owner_id: UUID) -> AuditSearch:
    """Locked. Raises NotFound also for one that is another's and shared: they may only read it."""
    found = db.session.scalar(
        sa.select(AuditSearch)
        .where(AuditSearch.id == search_id, AuditSearch.owner_id == owner_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def count(owner_id: UUID) -> int:
    number = sa.select(sa.func.count()).where(AuditSearch.owner_id == owner_id)
    return db.session.scalar(number) or 0
