"""The end of a sign-in under way: a session, a refusal that leaves an event or, for an admin who
tries it, a view of what would have come of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import actor, permissions
from stackroom.core.actor import Actor, ActorType
from stackroom.core.database import db
from stackroom.core.errors import Problem
from stackroom.staff import sign_in
from stackroom.staff.models import Account
from stackroom.staff.sso import admission, events
from stackroom.staff.sso.errors import FlowLost, NoRole, NotLetIn, ProviderFailed
from stackroom.staff.sso.exchange import Arrival
from stackroom.staff.sso.flow import Flow, Said, Terms, apart, arrive, provider_of
from stackroom.staff.sso.models import SsoProvider

SINGLE_SIGN_ON = Actor(ActorType.SYSTEM, None, "Single sign-on")
"""Accounts and roles come in its name: a person grants themselves nothing."""


@dataclass(frozen=True, slots=True)
class Landed:
    account_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would come of a sign-in. `account`: the name of the one that is there already."""

    arrival: Arrival
    way: str
    account: str
    roles: tuple[str, ...]
    mapped: tuple[str, ...]


def finish(
    flow: Flow, said: Said, terms: Terms, *, lifetime: timedelta, earlier: UUID | None
) -> Landed:
    """`earlier`: a session of this browser, which ends. Raises NotFound, ProviderFailed, NotLetIn
    or what stands against a new account; each leaves an event."""
    permissions.enter(None)  # whoever was signed in with this browser bounds nothing here
    who = "somebody"
    try:
        arrival = arrive(flow, said, terms)
        who = arrival.who
        account_id = _admit(flow, arrival)
        proved_at = arrival.proved_at
        return apart(lambda: _open_session(flow, account_id, lifetime, earlier, proved_at))
    except Problem as refusal:
        _note_refusal(flow, who, refusal)
        raise


def _admit(flow: Flow, arrival: Arrival) -> UUID:
    def admitted() -> tuple[UUID, bool]:
        provider = provider_of(UUID(flow.provider_id))
        decided = admission.decide(provider, arrival)
        return admission.admit(provider, arrival, decided).id, bool(decided.roles)

    try:
        with actor.acting_as(replace(actor.provenance(), actor=SINGLE_SIGN_ON)):
            account_id, may_enter = apart(admitted)
    except IntegrityError:  # the same person, in another window, a moment ago
        raise FlowLost from None
    if not may_enter:  # what their groups no longer give is taken back all the same
        raise NoRole
    return account_id


def _open_session(
    flow: Flow, account_id: UUID, lifetime: timedelta, earlier: UUID | None,
    proved_at: datetime | None,
) -> Landed:  # fmt: skip
    """`proved_at`: not now, for the provider may have remembered the browser alone, which anybody
    might have found open."""
    if earlier:
        sign_in.sign_out(earlier)
    account = db.session.scalars(sa.select(Account).filter_by(id=account_id)).one()
    signed_in = sign_in.open_session(account, lifetime, how="single sign-on")
    signed_in.session.proved_at = proved_at
    record(events.SIGNED_IN, account, provider=provider_of(UUID(flow.provider_id)).name)
    return Landed(account.id, signed_in.session.id)


def _note_refusal(flow: Flow, who: str, refusal: Problem) -> None:
    why = refusal.why if isinstance(refusal, NotLetIn | ProviderFailed) else refusal.detail

    def note() -> None:
        wanted = sa.select(SsoProvider).where(SsoProvider.id == UUID(flow.provider_id))
        provider = db.session.scalar(wanted)
        label = "" if provider else "a provider that was removed"
        record(events.REFUSED, provider, label=label, who=who, why=why, code=refusal.code)

    apart(note)


def tried(flow: Flow, said: Said, terms: Terms) -> Outcome:
    """What would come of it; an event is all that comes of it. Raises as `finish`."""
    arrival = arrive(flow, said, terms)

    def decided() -> Outcome:
        provider = provider_of(UUID(flow.provider_id))
        found = admission.decide(provider, arrival)
        roles = tuple(sorted(found.roles))
        finding = f"{arrival.who} would come in as {', '.join(roles) or 'nobody'}"
        record(events.TRIED, provider, finding=finding)
        name = found.account.name if found.account else ""
        return Outcome(arrival, found.way, name, roles, tuple(sorted(found.mapped)))

    try:
        return apart(decided)
    except NotLetIn as refusal:
        _note_trial(flow, arrival, refusal)
        raise


def _note_trial(flow: Flow, arrival: Arrival, refusal: NotLetIn) -> None:
    def note() -> None:
        finding = f"{arrival.who} would be refused: {refusal.code}"
        record(events.TRIED, provider_of(UUID(flow.provider_id)), finding=finding)

    apart(note)
