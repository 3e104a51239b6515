"""An organisation's own domains: claimed by many, proved by one, looked after ever since.

The table is SHARED, so each statement here names the open organisation itself.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db, survive, transaction
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.organisation import present
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.domains import events
from stackroom.domains.errors import DomainListed, DomainNotVerified, DomainTaken, TooManyDomains
from stackroom.domains.txt_records import TxtRecords, Unanswered
from tenants import context, hosts
from tenants.database import reads_only
from tenants.domains import SERVED, CustomDomain, DomainStatus, Look

AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Terms:
    """What the platform decides. `forget` drops what this process remembers of a host."""

    base_domain: str
    records: TxtRecords
    grace: timedelta
    forget: Callable[[str], None]


def domains(query: PageQuery) -> Page[CustomDomain]:
    return paginate(db.session(), _ours().order_by(CustomDomain.host), query)


def domain(domain_id: UUID) -> CustomDomain:
    """Raises NotFound, also for a domain of another organisation."""
    return _one(_ours().where(CustomDomain.id == domain_id))


def is_proved(host: str) -> bool:
    """Whether the open organisation has proved that this very host is its own, and still does."""
    proved = _ours().where(CustomDomain.host == host, CustomDomain.status == DomainStatus.VERIFIED)
    return db.session.scalar(proved) is not None


def _held(domain_id: UUID) -> CustomDomain:
    """Locked to the end of the transaction: an address must not move to a domain while a check
    releases it. Raises NotFound."""
    return _one(_ours().where(CustomDomain.id == domain_id).with_for_update())


def _one(statement: sa.Select[CustomDomain]) -> CustomDomain:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def _ours() -> sa.Select[CustomDomain]:
    return sa.select(CustomDomain).where(CustomDomain.organisation_id == context.current().id)


def claim(host: str, terms: Terms) -> CustomDomain:
    """Raises Invalid, DomainListed or TooManyDomains. That others claim it, too, stays untold."""
    try:
        name = hosts.check(host, terms.base_domain)
    except hosts.BadHost as error:
        raise Invalid.field("host", str(error)) from None
    listed = db.session.scalars(_ours()).all()
    if name in {one.host for one in listed}:
        raise DomainListed
    if len(listed) >= AT_MOST:
        raise TooManyDomains
    claimed = CustomDomain(organisation_id=context.current().id, host=name, claimed_at=clock.now())
    db.session.add(claimed)
    db.session.flush()  # the event names its id
    record(events.CLAIMED, claimed)
    return claimed


def check(domain_id: UUID, terms: Terms) -> Look:
    """Look for the proof, and act on what is there.

    DNS may take seconds, so the transaction of the request, which has only read, is given up:
    nobody waits for this one. Raises NotFound or DomainTaken.
    """
    db.session.remove()
    with reads_only(), transaction():
        asked = domain(domain_id)
        name, value = asked.record_name, asked.record_value
    look, finding = _look(terms.records, name, value)
    with reads_only(False), transaction():
        _act(_held(domain_id), look, finding, terms)
    return look


def _look(records: TxtRecords, name: str, value: str) -> tuple[Look, str]:
    try:
        found = records.at(name)
    except Unanswered:
        return Look.UNANSWERED, "that DNS did not answer"
    if value in (text.strip() for text in found):
        return Look.PROVED, "the record"
    if not found:
        return Look.MISSING, f"no TXT record at {name}"
    others = ", ".join(f"“{text[:60]}”" for text in found[:3])
    return Look.MISSING, f"another TXT record there: {others}"


def _act(seen: CustomDomain, look: Look, finding: str, terms: Terms) -> None:
    before, now = seen.status, clock.now()
    if look is Look.MISSING and seen.failing_since and now - seen.failing_since >= terms.grace:
        look = Look.OVERDUE
    seen.finding = finding[:300]
    if not seen.saw(look, now):
        if before is DomainStatus.CLAIMED:
            record(events.NOT_PROVED, seen, finding=seen.finding)
        return
    if before is DomainStatus.CLAIMED:
        _be_first(seen)
    if seen.status is DomainStatus.CLAIMED:
        _withdraw(seen.host, terms)
    record(events.TOLD[before, seen.status], seen, finding=seen.finding)


def _be_first(proved: CustomDomain) -> None:
    """Raises DomainTaken."""
    host = proved.host
    try:
        db.session.flush()  # the database decides who was first
    except IntegrityError:
        survive(lambda: record(events.TAKEN, label=host))
        raise DomainTaken from None


def recheck(terms: Terms) -> None:
    """Look again for the proof of each domain that is served; each by itself, as one may hang."""
    with reads_only(), transaction():
        served = db.session.scalars(
            _ours().where(CustomDomain.status.in_(SERVED)).with_only_columns(CustomDomain.id)
        ).all()
    for domain_id in served:
        with suppress(NotFound):  # removed meanwhile
            check(domain_id, terms)


def make_canonical(domain_id: UUID, terms: Terms) -> None:
    """Links, mails and redirects lead there from now on. Raises NotFound or DomainNotVerified."""
    chosen = _held(domain_id)
    if chosen.status is not DomainStatus.VERIFIED:
        raise DomainNotVerified
    _move_to(chosen.host, terms, chosen)


def use_subdomain(terms: Terms) -> None:
    _move_to(subdomain(terms), terms)


def _withdraw(host: str, terms: Terms) -> None:
    """The host serves nobody any more; if it was the address, the subdomain is."""
    terms.forget(host)
    if present().host == host:
        use_subdomain(terms)


def _move_to(host: str, terms: Terms, chosen: CustomDomain | None = None) -> None:
    organisation = present()
    before = organisation.host
    if host == before:
        return
    organisation.host = host
    terms.forget(before)
    record(events.CANONICAL, chosen, label=host, before=before)


def subdomain(terms: Terms) -> str:
    return f"{present().slug}.{terms.base_domain}"


def remove(domain_id: UUID, terms: Terms) -> None:
    """Raises NotFound."""
    unwanted = _held(domain_id)
    _withdraw(unwanted.host, terms)
    record(events.REMOVED, unwanted)
    db.session.delete(unwanted)


def release_all(terms: Terms, *, why: str) -> None:
    """Each may be claimed and proved by others from now on. They stay listed: who changes their
    mind proves them again."""
    served = _ours().where(CustomDomain.status.in_(SERVED)).with_for_update()
    for one in db.session.scalars(served).all():
        one.become(DomainStatus.CLAIMED, clock.now())
        _withdraw(one.host, terms)
        record(events.RELEASED, one, finding=why)


def delete_all() -> None:
    """The rows themselves, of an organisation that is no more."""
    for one in db.session.scalars(_ours()).all():
        db.session.delete(one)
