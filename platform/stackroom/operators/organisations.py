"""What operators do to organisations: look at state and numbers, suspend, resume, change plans."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import outbox
from stackroom.core.database import db
from stackroom.core.pagination import Page, paginate
from stackroom.core.permissions import Principal
from stackroom.lifecycle import service as lifecycle
from stackroom.operators import acts, counting
from stackroom.operators.counting import Backlog, Consent, Usage
from stackroom.operators.errors import NoSuchOrganisation
from stackroom.operators.events import JOBS_RETRIED
from stackroom.operators.schemas import BacklogQuery, OrganisationQuery
from stackroom.operators.support import service as support
from stackroom.plans import service as plan_service
from tenants import context, wall
from tenants.lifecycle import SERVING
from tenants.models import Organisation

LOOKED_AT_MOST = 100
"""Organisations that one page of backlogs opens, each for a moment; then it offers to go on."""
ORDERS = {
    "slug": (Organisation.slug,),
    "newest": (Organisation.created_at.desc(), Organisation.id.desc()),
    "oldest": (Organisation.created_at, Organisation.id),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the console knows of an organisation beyond its own SHARED row."""

    usage: Usage
    backlog: Backlog
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class Backlogs:
    """Those with something waiting; `next` is the slug to go on behind, where there is more."""

    items: Sequence[tuple[Organisation, Backlog]]
    looked_at: int
    next: str


def organisations(query: OrganisationQuery) -> Page[Organisation]:
    wanted = sa.select(Organisation).where(*_named(query.q)).order_by(*ORDERS[query.sort])
    if query.status:
        wanted = wanted.where(Organisation.status == query.status)
    if query.plan:
        wanted = wanted.where(Organisation.plan == query.plan)
    return paginate(db.session(), wanted, query)


def plans() -> Sequence[str]:
    """Those that some organisation has."""
    return db.session.scalars(sa.select(Organisation.plan).distinct().order_by("plan")).all()


def organisation(organisation_id: UUID) -> Organisation:
    """By its uuid: the integer never leaves the process. Raises NoSuchOrganisation."""
    found = db.session.scalar(sa.select(Organisation).where(Organisation.uuid == organisation_id))
    if found is None:
        raise NoSuchOrganisation
    return found


def look_at(found: Organisation) -> Numbers:
    """Leaves an act: that somebody counted is known."""
    acts.leave("looked", found)
    tenant = found.as_tenant()
    return Numbers(counting.usage(tenant), counting.backlog(tenant), counting.consent(tenant))


def backlogs(query: BacklogQuery) -> Backlogs:
    """In the order of their slugs. The work of one page is bounded, however many there are."""
    wanted = sa.select(Organisation).where(
        *_named(query.q), Organisation.slug > query.after, Organisation.status.in_(SERVING)
    )
    found = db.session.scalars(wanted.order_by(Organisation.slug).limit(LOOKED_AT_MOST + 1)).all()
    looked = found[:LOOKED_AT_MOST]
    counted = [(each, counting.backlog(each.as_tenant())) for each in looked]
    busy = [(each, backlog) for each, backlog in counted if backlog.waiting]
    return Backlogs(busy, len(looked), looked[-1].slug if len(found) > len(looked) else "")


def suspend(found: Organisation, reason: str) -> None:
    """Raises NotInThisState."""
    acts.leave("suspended", found, reason=reason)
    with _acting_on(found):
        lifecycle.suspend(reason)


def resume(found: Organisation) -> None:
    """Raises NotInThisState."""
    acts.leave("resumed", found)
    with _acting_on(found):
        lifecycle.resume()


def change_plan(found: Organisation, plan: str, reason: str) -> None:
    """Raises UnknownPlan."""
    acts.leave("plan_changed", found, reason=f"{plan}: {reason}")
    with _acting_on(found):
        plan_service.change_plan(plan, reason)


def retry(found: Organisation) -> int:
    """How many failed jobs were set going again."""
    acts.leave("jobs_retried", found)
    with _acting_on(found):
        count = outbox.retry()
        record(JOBS_RETRIED, label=found.name, count=count)
    return count


def hand_over(found: Organisation, operator: Principal) -> str:
    """Raises NoConsent."""
    acts.leave("handed_over", found)
    with _acting_on(found):
        return support.hand_over(operator)


@contextmanager
def _acting_on(found: Organisation) -> Iterator[None]:
    """The request's own transaction goes on for this organisation, so that the operator's act and
    what it did there are kept together or not at all."""
    with context.acting_for(found.as_tenant()):
        wall.enter(db.session())
        yield
        db.session.flush()
    context.enter(found.as_tenant())  # its history is written as the request's transaction ends


def _named(words: str) -> Iterator[sa.ColumnElement[bool]]:
    return (
        sa.or_(
            Organisation.slug.icontains(word, autoescape=True),
            Organisation.name.icontains(word, autoescape=True),
        )
        for word in words.split()
    )
