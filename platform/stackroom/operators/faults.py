"""The latest unexpected errors of all processes, as far as the database itself answers."""

import sqlalchemy as sa
import structlog
from flask import g, request
from pydantic import Field
from sqlalchemy.exc import SQLAlchemyError

from stackroom.core.database import db, transaction
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.operators.models import PlatformError
from tenants import context

log = structlog.get_logger()
KEPT = 1000
"""Older ones make room: the logs have them all."""


class FaultQuery(PageQuery):
    kind: str = Field("", max_length=200)
    slug: str = Field("", max_length=60)


def note(error: Exception) -> None:
    """Runs after the rollback. That it cannot be noted is no second failure of the request."""
    tenant = context.current_or_none()
    rule = request.url_rule
    fault = PlatformError(
        kind=f"{type(error).__module__}.{type(error).__qualname__}"[:200],
        method=request.method[:10],
        route=(rule.rule if rule else "no route")[:200],
        request_id=g.get("request_id", ""),
        organisation=tenant.uuid if tenant else None,
        slug=tenant.slug if tenant else "",
    )
    try:
        with context.acting_for(None), context.unscoped("note an error"), transaction():
            _keep(fault)
    except SQLAlchemyError:
        log.exception("error_not_noted")


def _keep(fault: PlatformError) -> None:
    db.session.add(fault)
    db.session.flush()  # numbers it
    db.session.execute(sa.delete(PlatformError).where(PlatformError.id <= fault.id - KEPT))


def faults(query: FaultQuery) -> Page[PlatformError]:
    """Newest first."""
    wanted = sa.select(PlatformError).order_by(PlatformError.id.desc())
    if query.kind:
        wanted = wanted.where(PlatformError.kind.icontains(query.kind, autoescape=True))
    if query.slug:
        wanted = wanted.where(PlatformError.slug == query.slug)
    return paginate(db.session(), wanted, query)
