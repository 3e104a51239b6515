"""Keeping a search, and changing what one has kept. Each leaves an event."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.searches import events, queries
from stackroom.audit.searches.errors import SearchNameTaken, TooManySearches
from stackroom.audit.searches.models import AuditSearch
from stackroom.audit.searches.schemas import Asks
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.permissions import Principal, demand

MOST = 100
"""Of one person."""


def save(who: Principal, *, name: str, asks: Asks, shared: bool) -> AuditSearch:
    """Raises PermissionDenied, Invalid, TooManySearches or SearchNameTaken."""
    demand(AUDIT_READ, who)
    if not (asked := asks.asked()):
        raise Invalid.field("asks", "Name at least one filter: without any, it asks for all.")
    if queries.count(who.id) >= MOST:
        raise TooManySearches
    made = AuditSearch(owner_id=who.id, owner=who.name, name=name, asks=asked, shared=shared)
    db.session.add(made)
    _flush()
    record(events.SAVED, made)
    return made


def change(
    search_id: UUID, who: Principal, *, name: str | None = None, shared: bool | None = None
) -> AuditSearch:
    """Raises PermissionDenied, NotFound or SearchNameTaken."""
    found = queries.own_search(search_id, who)
    if name is not None and name != found.name:
        before, found.name = found.name, name
        _flush()
        record(events.RENAMED, found, before=before)
    if shared is not None and shared != found.shared:
        found.shared = shared
        record(events.SHARED if shared else events.UNSHARED, found)
    _flush()
    return found


def delete(search_id: UUID, who: Principal) -> None:
    """Raises PermissionDenied or NotFound."""
    found = queries.own_search(search_id, who)
    db.session.delete(found)
    record(events.DELETED, found)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise SearchNameTaken from None
