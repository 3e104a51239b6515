"""Who works here, as the list of staff shows it."""

from dataclasses import dataclass

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.pagination import Page, paginate
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles.shipped import Role
from stackroom.staff.schemas import StaffQuery

ORDERS = {"name": Account.name, "email": Account.email, "created": Account.created_at}


@dataclass(frozen=True, slots=True)
class Counted:
    """Of those whom the words and the role fit."""

    opened: int
    closed: int

    @property
    def total(self) -> int:
        return self.opened + self.closed


def staff(query: StaffQuery) -> Page[Account]:
    order = ORDERS[query.sort.removeprefix("-")]
    wanted = sa.select(Account).where(*_fitting(query))
    if query.active is not None:
        wanted = wanted.where(Account.active.is_(query.active))
    descending = query.sort.startswith("-")
    ordered = wanted.order_by(order.desc() if descending else order, Account.id)
    return paginate(db.session(), ordered, query)


def counted(query: StaffQuery) -> Counted:
    """Whatever state is asked for: the page offers the others with their numbers."""
    opened, closed = (sa.func.count().filter(state) for state in (Account.active, ~Account.active))
    row = db.session.execute(
        sa.select(opened, closed).select_from(Account).where(*_fitting(query))
    ).one()
    return Counted(row[0], row[1])


def is_staff() -> sa.ColumnElement[bool]:
    """Everybody but mere patrons: somebody whose roles are all gone stays in sight."""
    as_patron = RoleGrant.role == Role.PATRON
    return sa.or_(~Account.grants.any(as_patron), Account.grants.any(~as_patron))


def _fitting(query: StaffQuery) -> list[sa.ColumnElement[bool]]:
    """Each word stands in the name or in the address; the role is in force, wherever."""
    words = [
        sa.or_(
            Account.name.icontains(word, autoescape=True),
            Account.email.icontains(word, autoescape=True),
        )
        for word in query.q.split()
    ]
    if not query.role:
        return [is_staff(), *words]
    in_force = RoleGrant.in_force(clock.now())
    holds = Account.grants.any(sa.and_(RoleGrant.role == query.role, in_force))
    return [is_staff(), holds, *words]
