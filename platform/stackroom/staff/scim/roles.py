"""Roles that come from groups: marked as the directory's, so that those given by hand stay."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.core.permissions import as_the_platform
from stackroom.plans import headroom
from stackroom.plans.registry import Measure
from stackroom.staff.models import Account, Origin
from stackroom.staff.roles.assigning import assign
from stackroom.staff.roles.granting import SHIPPED, Wanted, custom
from stackroom.staff.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser


def follow(user_ids: Collection[UUID]) -> None:
    """Give these people what their groups give now, and nothing else that the directory gave.

    Whoever chose the group's role has held it; the key that moves people about has not, and need
    not. Raises LastAdmin or PlanLimitReached.
    """
    if not user_ids:
        return
    users = sa.select(DirectoryUser).where(DirectoryUser.id.in_(user_ids))
    for user in db.session.scalars(users.order_by(DirectoryUser.id)).all():
        _give(user.account, _of_groups(user.id))


def take_all(account: Account) -> None:
    """Raises LastAdmin."""
    _give(account, [])


def _give(account: Account, wanted: list[Wanted]) -> None:
    if wanted and account.active and not account.roles:
        headroom.require(Measure.STAFF, adding=1)
    with as_the_platform():
        assign(account, wanted, origin=Origin.DIRECTORY)


def _of_groups(user_id: UUID) -> list[Wanted]:
    rows = db.session.execute(
        sa.select(DirectoryGroup.role, DirectoryGroup.library_id)
        .join(DirectoryMember, DirectoryMember.group_id == DirectoryGroup.id)
        .where(DirectoryMember.user_id == user_id, DirectoryGroup.role != "")
    ).all()
    known = SHIPPED | custom({row.role for row in rows} - SHIPPED).keys()  # one may be gone
    return [
        Wanted(row.role, row.library_id, origin=Origin.DIRECTORY)
        for row in rows
        if row.role in known
    ]
