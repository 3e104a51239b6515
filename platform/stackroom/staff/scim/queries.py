"""Who is in which group, and what the page of the directory shows."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff.models import Account
from stackroom.staff.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser


def member_ids(group_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    inside: dict[UUID, set[UUID]] = {group_id: set() for group_id in group_ids}
    rows = sa.select(DirectoryMember.group_id, DirectoryMember.user_id)
    for row in db.session.execute(rows.where(DirectoryMember.group_id.in_(inside))):
        inside[row.group_id].add(row.user_id)
    return inside


def members(group_id: UUID) -> list[str]:
    """Their names; of a large group the first hundred."""
    wanted = (
        sa.select(Account.name)
        .join(DirectoryUser, DirectoryUser.account_id == Account.id)
        .join(DirectoryMember, DirectoryMember.user_id == DirectoryUser.id)
        .where(DirectoryMember.group_id == group_id)
    )
    return list(db.session.scalars(wanted.order_by(Account.name).limit(100)))


def page(query: PageQuery) -> Page[DirectoryGroup]:
    wanted = sa.select(DirectoryGroup).order_by(DirectoryGroup.display_key, DirectoryGroup.id)
    return paginate(db.session(), wanted, query)


def counts(group_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = db.session.execute(
        sa.select(DirectoryMember.group_id, sa.func.count())
        .where(DirectoryMember.group_id.in_(group_ids))
        .group_by(DirectoryMember.group_id)
    )
    return dict.fromkeys(group_ids, 0) | {row[0]: row[1] for row in rows}


def people_count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(DirectoryUser)) or 0
