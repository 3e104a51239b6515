"""Staff accounts and their roles, by admins."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.plans import headroom
from stackroom.plans.registry import Measure
from stackroom.staff import events, passwords, sign_in
from stackroom.staff.errors import EmailTaken
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.queries import is_staff
from stackroom.staff.roles.assigning import (
    assign,
    grant_of,
    refuse_above,
    refuse_without_admin,
    told,
)
from stackroom.staff.roles.granting import Wanted, refuse_beyond, refuse_unknown
from stackroom.staff.roles.shipped import Role


def count() -> int:
    """Staff with an open account."""
    people = sa.select(sa.func.count()).select_from(Account).where(_holds_a_role(), Account.active)
    return db.session.scalar(people) or 0


def _holds_a_role() -> sa.ColumnElement[bool]:
    return Account.grants.any(
        sa.and_(RoleGrant.role != Role.PATRON, RoleGrant.in_force(clock.now()))
    )


def _works_here(wanted: Iterable[Wanted]) -> bool:
    return any(each.role != Role.PATRON for each in wanted)


def person(account_id: UUID) -> Account:
    found = db.session.scalar(sa.select(Account).where(Account.id == account_id, is_staff()))
    if found is None:
        raise NotFound
    return found


def add(
    *,
    email: str,
    name: str,
    password: str,
    hasher: passwords.Passwords,
    roles: Sequence[str] = (),
    grants: Sequence[Wanted] = (),
) -> Account:
    """Raises Invalid (roles, password), GrantBeyondOwn, PlanLimitReached or EmailTaken."""
    passwords.check(password, knows=(email, name))
    account = create_account(
        email=email, name=name, roles=roles, grants=grants, password_hash=hasher.hash(password)
    )
    record(events.ROLES_CHANGED, account, before="none", after=told(account))
    return account


def create_account(
    *,
    email: str,
    name: str,
    password_hash: str,
    roles: Sequence[str] = (),
    grants: Sequence[Wanted] = (),
) -> Account:
    """Raises Invalid (roles), GrantBeyondOwn, PlanLimitReached or EmailTaken."""
    wanted = {each.place: each for each in (*map(Wanted, roles), *grants)}.values()
    refuse_unknown([*wanted])
    refuse_beyond(wanted)
    if _works_here(wanted):
        headroom.require(Measure.STAFF, adding=1)
    account = Account(
        email=sign_in.normalise(email),
        name=name,
        password_hash=password_hash,
        grants=[grant_of(each) for each in wanted],
    )
    db.session.add(account)
    try:
        db.session.flush()  # the database decides whether the address is free
    except IntegrityError:
        raise EmailTaken from None
    return account


def change(
    account: Account,
    *,
    name: str | None = None,
    roles: Sequence[str] | None = None,
    grants: Sequence[Wanted] | None = None,
    active: bool | None = None,
) -> Account:
    """Raises Invalid (roles), GrantBeyondOwn, LastAdmin, or PlanLimitReached where somebody becomes
    staff or staff again. Withdrawn roles and closed accounts count from the next request."""
    refuse_above(account)
    wanted = _wanted(roles, grants)
    was_staff = account.active and _works_here(map(Wanted.of, account.grants))
    is_open = account.active if active is None else active
    will_hold = map(Wanted.of, account.grants) if wanted is None else wanted
    if is_open and _works_here(will_hold) and not was_staff:
        headroom.require(Measure.STAFF, adding=1)
    if name is not None:
        account.name = name
    if active is not None:
        account.active = active
        if not active:
            sign_in.close_sessions(account.id)
    if wanted is None:
        refuse_without_admin()
    else:
        assign(account, wanted)  # which asks it, too
    return account


def _wanted(roles: Sequence[str] | None, grants: Sequence[Wanted] | None) -> list[Wanted] | None:
    if roles is None and grants is None:
        return None
    return [*map(Wanted, roles or ()), *(grants or ())]


def remove(account: Account) -> None:
    """Close the account; it stays, because history names it. Raises LastAdmin."""
    change(account, active=False)
