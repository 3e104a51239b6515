from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.searches.models import AuditSearch
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.permissions import Principal, demand


def searches(who: Principal, query: PageQuery) -> Page[AuditSearch]:
    """Somebody's own first, then what others share, by name. Raises PermissionDenied."""
    demand(AUDIT_READ, who)
    own = AuditSearch.owner_id == who.id
    wanted = sa.select(AuditSearch).where(sa.or_(own, AuditSearch.shared))
    wanted = wanted.order_by(own.desc(), AuditSearch.name, AuditSearch.id)
    return paginate(db.session(), wanted, query)


def search(search_id: UUID, who: Principal) -> AuditSearch:
    """Their own, or one that is shared. Raises PermissionDenied or NotFound."""
    demand(AUDIT_READ, who)
    found = db.session.scalar(sa.select(AuditSearch).where(AuditSearch.id == search_id))
    if found is None or not (found.shared or found.owner_id == who.id):
        raise NotFound
    return found


def own_search(search_id: UUID, who: Principal) -> AuditSearch:
    """Locked. Raises PermissionDenied, or NotFound, also for what another shares."""
    demand(AUDIT_READ, who)
    found = db.session.scalar(
        sa.select(AuditSearch)
        .where(AuditSearch.id == search_id, AuditSearch.owner_id == who.id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def count(owner_id: UUID) -> int:
    number = sa.select(sa.func.count()).where(AuditSearch.owner_id == owner_id)
    return db.session.scalar(number) or 0
