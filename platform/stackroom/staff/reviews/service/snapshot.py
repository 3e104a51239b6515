"""Who holds which roles now, with what a reviewer needs to know of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.models import AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.core.permissions import held_by
from stackroom.staff import sign_in
from stackroom.staff.models import Account, RoleGrant, SignInSession
from stackroom.staff.reviews.models import About, AccessReview, AccessReviewLine
from stackroom.staff.roles import Role

CREATED = 0
"""Continuum's operation type."""


@dataclass(frozen=True, slots=True)
class Presence:
    signed_in_at: datetime | None = None
    is_here: bool = False
    """Signed in still, as programs are that renew a sign-in of long ago."""


def lines(review: AccessReview) -> list[AccessReviewLine]:
    """The same few statements, whoever many there are."""
    held = _held(review)
    seen = presences()
    if review.about is About.IDLE:
        held = [(who, grant) for who, grant in held if is_idle(who, seen, review.idle_days)]
    confers = _permissions({grant.role for _, grant in held})
    given = _given()
    return [
        AccessReviewLine(
            account_id=who.id, person=who.name, email=who.email, grant_id=grant.id,
            role=grant.role, permissions=confers[grant.role],
            last_sign_in_at=seen.get(who.id, Presence()).signed_in_at,
            given_by=given.get(grant.id, ("", None))[0],
            given_at=given.get(grant.id, ("", None))[1],
        )
        for who, grant in held
    ]  # fmt: skip


def _held(review: AccessReview) -> Sequence[tuple[Account, RoleGrant]]:
    wanted = (
        sa.select(Account, RoleGrant)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.active, RoleGrant.role != Role.PATRON)
        .order_by(Account.name, Account.id, RoleGrant.role)
    )
    if review.about is About.ROLE:
        wanted = wanted.where(RoleGrant.role == review.role)
    return [(who, grant) for who, grant in db.session.execute(wanted)]


def presences() -> dict[UUID, Presence]:
    """When each account signed in last, and whether it is signed in still."""
    rows = db.session.execute(
        sa.select(
            SignInSession.account_id,
            sa.func.max(SignInSession.created_at, type_=SignInSession.created_at.type),
            sa.func.max(sa.case((sign_in.is_live(), 1), else_=0)),
        ).group_by(SignInSession.account_id)
    )
    return {account_id: Presence(at, bool(live)) for account_id, at, live in rows}


def is_idle(who: Account, seen: dict[UUID, Presence], days: int | None) -> bool:
    """Whoever never signed in is idle once the account itself is old enough."""
    presence = seen.get(who.id, Presence())
    since = clock.now() - timedelta(days=days or 0)
    return not presence.is_here and (presence.signed_in_at or who.created_at) < since


def _permissions(roles: Iterable[str]) -> dict[str, int]:
    return {role: len(held_by([role], registry.permissions)) for role in roles}


def _given() -> dict[UUID, tuple[str, datetime]]:
    """Who gave each role of staff and when, from its own history."""
    version = version_of(RoleGrant)
    rows = db.session.execute(
        sa.select(version.id, AuditTransaction.actor_label, AuditTransaction.at)
        .join(AuditTransaction, AuditTransaction.id == version.transaction_id)
        .where(version.operation_type == CREATED, version.role != Role.PATRON)
    )
    return {grant_id: (by, at) for grant_id, by, at in rows}
