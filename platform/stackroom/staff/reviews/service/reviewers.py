"""Who may decide in a review."""

from collections.abc import Sequence

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.reviews.models import AccessReview
from stackroom.staff.reviews.permissions import REVIEWS_DECIDE
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.roles.shipped import Role


def of(found: AccessReview) -> Sequence[Account]:
    """Those who may decide now: whoever was closed or lost the permission decides nothing."""
    if not found.reviewers:
        return admins()
    named = {each["id"] for each in found.reviewers}
    return [who for who in deciders() if str(who.id) in named]


def deciders() -> Sequence[Account]:
    able = [each.key for each in staff_roles() if REVIEWS_DECIDE.key in each.permissions]
    return _holders(sa.and_(RoleGrant.role.in_(able), RoleGrant.library_id.is_(None)))


def admins() -> Sequence[Account]:
    return _holders(RoleGrant.role == Role.ADMIN)


def _holders(role: sa.ColumnElement[bool]) -> Sequence[Account]:
    held = sa.and_(role, RoleGrant.in_force(clock.now()))
    wanted = sa.select(Account).where(Account.grants.any(held), Account.active)
    return db.session.scalars(wanted.order_by(Account.name, Account.id)).all()
