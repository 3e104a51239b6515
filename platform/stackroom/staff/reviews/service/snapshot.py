"""Who holds which roles now, with what a reviewer needs to know of each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.models import AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.libraries.service import libraries
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.reviews.models import About, AccessReview, AccessReviewLine
from stackroom.staff.reviews.service.presence import NEVER, is_idle, presences
from stackroom.staff.roles.granting import Wanted, conferring
from stackroom.staff.roles.service import titles
from stackroom.staff.roles.shipped import Role

CREATED = 0
"""Continuum's operation type."""
Held = tuple[Account, RoleGrant]
Given = tuple[str, datetime | None]
NOT_KNOWN: Given = ("", None)


def lines(review: AccessReview) -> list[AccessReviewLine]:
    """The same few statements, however many they are."""
    seen = presences()
    held = _held(review)
    if review.about is About.IDLE:
        held = [(who, grant) for who, grant in held if is_idle(who, seen, review.idle_days)]
    confers = conferring(Wanted.of(grant) for _, grant in held)
    called, places, given = titles(), {each.id: each.name for each in libraries()}, _given()
    made = []
    for (who, grant), conferred in zip(held, confers, strict=True):
        line = _line(who, grant, given.get(grant.id, NOT_KNOWN))
        line.title = called.get(grant.role, grant.role)
        line.library = places[grant.library_id] if grant.library_id else ""
        line.permissions = len(conferred.permissions)
        line.last_sign_in_at = seen.get(who.id, NEVER).signed_in_at
        made.append(line)
    return made


def _line(who: Account, grant: RoleGrant, given: Given) -> AccessReviewLine:
    return AccessReviewLine(
        account_id=who.id, person=who.name, email=who.email, grant_id=grant.id, role=grant.role,
        library_id=grant.library_id, until=grant.until, origin=grant.origin,
        given_by=given[0], given_at=given[1],
    )  # fmt: skip


def _held(review: AccessReview) -> Sequence[Held]:
    """By open accounts, in force, but for what patrons hold."""
    wanted = (
        sa.select(Account, RoleGrant)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.active, RoleGrant.role != Role.PATRON, RoleGrant.in_force(clock.now()))
        .order_by(Account.name, Account.id, RoleGrant.role)
    )
    if review.about is About.ROLE:
        wanted = wanted.where(RoleGrant.role == review.role)
    return [(who, grant) for who, grant in db.session.execute(wanted)]


def _given() -> dict[UUID, Given]:
    """Who gave each role of staff and when, from its own history."""
    version = version_of(RoleGrant)
    rows = db.session.execute(
        sa.select(version.id, AuditTransaction.actor_label, AuditTransaction.at)
        .join(AuditTransaction, AuditTransaction.id == version.transaction_id)
        .where(version.operation_type == CREATED, version.role != Role.PATRON)
    )
    return {grant_id: (by, at) for grant_id, by, at in rows}
