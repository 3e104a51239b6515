"""Support comes in by consent alone: a grant, a handover, a visit. Whoever asks is looked at again
on each request, so that a grant that ends, ends at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import actor, clock
from stackroom.core.actor import Actor, ActorType, Channel
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.permissions import Grant, Permission, Principal
from stackroom.operators.models import Operator, SupportHandover
from stackroom.operators.sign_in import ABSOLUTE
from stackroom.operators.support import events, permissions
from stackroom.operators.support.errors import GrantOver, HandoverVoid, NoConsent, NoGrant
from stackroom.operators.support.models import SupportGrant, SupportVisit
from stackroom.staff import tokens
from stackroom.staff.models import Account
from stackroom.web.times import local_time
from tenants import context

HANDOVER_WITHIN = timedelta(seconds=60)


def is_live() -> sa.ColumnElement[bool]:
    return sa.and_(SupportGrant.revoked_at.is_(None), SupportGrant.expires_at > clock.now())


def grant(
    account_id: UUID, *, reason: str, hours: int, scope: list[str], may_write: bool
) -> SupportGrant:
    made = SupportGrant(
        granted_by_id=account_id,
        reason=reason,
        scope=[area for area in permissions.AREAS if area in scope],
        may_write=may_write,
        expires_at=clock.now() + timedelta(hours=hours),
    )
    db.session.add(made)
    db.session.flush()  # the event names it
    terms = f"{'to read and change' if may_write else 'to read'} {', '.join(made.scope)}"
    record(events.GRANTED, made, until=local_time(made.expires_at), terms=terms)
    return made


def revoke(grant_id: UUID) -> None:
    """Counts from the next request of whoever is inside. Raises NoGrant or GrantOver."""
    found = db.session.scalar(sa.select(SupportGrant).where(SupportGrant.id == grant_id))
    if found is None:
        raise NoGrant
    if found.revoked_at or found.expires_at <= clock.now():
        raise GrantOver
    found.revoked_at = clock.now()
    record(events.REVOKED, found)


def grants(query: PageQuery) -> Page[SupportGrant]:
    """Latest first."""
    wanted = sa.select(SupportGrant).order_by(SupportGrant.granted_at.desc(), SupportGrant.id)
    return paginate(db.session(), wanted, query)


def grantors(found: Sequence[SupportGrant]) -> dict[UUID, str]:
    """Names of the admins who consented, by account."""
    wanted = {each.granted_by_id for each in found}
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def visits(found: Sequence[SupportGrant]) -> dict[UUID, list[SupportVisit]]:
    """Who came in by each of these grants, in the order of their coming."""
    by_grant: dict[UUID, list[SupportVisit]] = {each.id: [] for each in found}
    wanted = sa.select(SupportVisit).where(SupportVisit.grant_id.in_(by_grant))
    for visit in db.session.scalars(wanted.order_by(SupportVisit.entered_at)):
        by_grant[visit.grant_id].append(visit)
    return by_grant


def hand_over(operator: Principal) -> str:
    """The secret that opens this organisation's door to the operator, once, within a minute.
    Called from the console with the organisation open. Raises NoConsent."""
    grant_id = db.session.scalar(
        sa.select(SupportGrant.id).where(is_live()).order_by(SupportGrant.expires_at.desc())
    )
    if grant_id is None:
        raise NoConsent
    db.session.execute(sa.delete(SupportHandover).where(SupportHandover.expires_at < clock.now()))
    secret, stored = tokens.new_secret()
    db.session.add(
        SupportHandover(
            token_hash=stored,
            operator_id=operator.id,
            organisation=context.current().uuid,
            grant_id=grant_id,
            expires_at=clock.now() + HANDOVER_WITHIN,
        )
    )
    return secret


def enter(secret: str) -> str:
    """Exchange a handover for a visit; returns the secret of the visit's cookie.

    Raises HandoverVoid, whatever is wrong with it.
    """
    handover = db.session.scalar(
        sa.select(SupportHandover)
        .where(SupportHandover.token_hash == tokens.digest(secret))
        .where(SupportHandover.organisation == context.current().uuid)
        .where(SupportHandover.used_at.is_(None), SupportHandover.expires_at > clock.now())
        .with_for_update()
    )
    if handover is None:
        raise HandoverVoid
    found = _consent(handover)
    if found is None:
        raise HandoverVoid
    granted, by, name = found
    handover.used_at = clock.now()
    _become(handover.operator_id, name, by)
    secret, stored = tokens.new_secret()
    db.session.add(
        SupportVisit(
            grant_id=granted.id,
            operator_id=handover.operator_id,
            operator_name=name,
            token_hash=stored,
        )
    )
    granted.used_at = clock.now()
    record(events.ENTERED, granted)
    return secret


def _consent(handover: SupportHandover) -> tuple[SupportGrant, str, str] | None:
    """The grant, as long as it is live, who gave it, and the operator, as long as they are one."""
    row = db.session.execute(
        sa.select(SupportGrant, Account.name, Operator.name)
        .join(Account, Account.id == SupportGrant.granted_by_id)
        .join(Operator, Operator.id == handover.operator_id)
        .where(SupportGrant.id == handover.grant_id, is_live())
        .where(Operator.active, Operator.enrolled_at.is_not(None))
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def _become(operator_id: UUID, name: str, by: str) -> None:
    guest = Actor(ActorType.OPERATOR, operator_id, title(name))
    actor.enter(replace(actor.provenance(), actor=guest, on_behalf_of=by))


def title(name: str) -> str:
    return f"{name} (Stackroom support)"


@dataclass(frozen=True, slots=True)
class Guest:
    """An operator who is inside now; `until` is when the consent ends by itself."""

    principal: Principal
    until: datetime
    may_write: bool
    scope: tuple[str, ...]


def guest(secret: str) -> Guest | None:
    """Whose visit this is, in one statement: consent, operator and visit must all still hold."""
    row = db.session.execute(
        sa.select(SupportVisit, SupportGrant, Account.name, Operator.name, Operator.email)
        .join(SupportGrant, SupportGrant.id == SupportVisit.grant_id)
        .join(Account, Account.id == SupportGrant.granted_by_id)
        .join(Operator, Operator.id == SupportVisit.operator_id)
        .where(SupportVisit.token_hash == tokens.digest(secret), SupportVisit.left_at.is_(None))
        .where(SupportVisit.entered_at > clock.now() - ABSOLUTE)
        .where(is_live(), Operator.active)
    ).one_or_none()
    if row is None:
        return None
    visit, granted, by, name, email = row
    held = permissions.held(registry, granted.scope, may_write=granted.may_write)
    inside = Principal(
        visit.operator_id, email, title(name), (Grant("support", held),), visit.id, Channel.WEB,
        kind=ActorType.OPERATOR, let_in_by=by, home="support.inside",
    )  # fmt: skip
    return Guest(inside, granted.expires_at, granted.may_write, tuple(granted.scope))


def still_may(operator_id: UUID, wanted: Permission) -> bool:
    """By a consent that holds, and that they have come in by; gone again or not."""
    consents = db.session.scalars(
        sa.select(SupportGrant)
        .join(SupportVisit, SupportVisit.grant_id == SupportGrant.id)
        .join(Operator, Operator.id == SupportVisit.operator_id)
        .where(SupportVisit.operator_id == operator_id, Operator.active, is_live())
    )
    return any(
        wanted.key in permissions.held(registry, each.scope, may_write=each.may_write)
        for each in consents
    )


def leave(visit_id: UUID) -> None:
    visit = db.session.scalars(sa.select(SupportVisit).where(SupportVisit.id == visit_id)).one()
    visit.left_at = clock.now()
    record(
        events.LEFT,
        db.session.scalars(sa.select(SupportGrant).where(SupportGrant.id == visit.grant_id)).one(),
    )
