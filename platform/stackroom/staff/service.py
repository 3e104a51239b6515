"""Staff accounts and their roles, by admins."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.plans import headroom
from stackroom.plans.registry import Measure
from stackroom.staff import events, passwords, sign_in
from stackroom.staff.errors import EmailTaken, LastAdmin
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles import STAFF_ROLES, Role
from tenants import context
from tenants.models import Organisation


def staff(query: PageQuery) -> Page[Account]:
    people = sa.select(Account).where(_is_staff()).order_by(Account.name, Account.id)
    return paginate(db.session(), people, query)


def count() -> int:
    """Staff with an open account."""
    people = sa.select(sa.func.count()).select_from(Account).where(_is_staff(), Account.active)
    return db.session.scalar(people) or 0


def _is_staff() -> sa.ColumnElement[bool]:
    return Account.grants.any(RoleGrant.role.in_(STAFF_ROLES))


def _works_here(roles: Sequence[str]) -> bool:
    return any(role in STAFF_ROLES for role in roles)


def person(account_id: UUID) -> Account:
    found = db.session.scalar(sa.select(Account).where(Account.id == account_id, _is_staff()))
    if found is None:
        raise NotFound
    return found


def add(
    *, email: str, name: str, roles: Sequence[str], password: str, hasher: passwords.Passwords
) -> Account:
    """Raises Invalid (password), PlanLimitReached or EmailTaken."""
    passwords.check(password, knows=(email, name))
    account = create_account(
        email=email, name=name, roles=roles, password_hash=hasher.hash(password)
    )
    record(events.ROLES_CHANGED, account, before="none", after=", ".join(account.roles))
    return account


def create_account(*, email: str, name: str, roles: Sequence[str], password_hash: str) -> Account:
    """Raises PlanLimitReached or EmailTaken."""
    if _works_here(roles):
        headroom.require(Measure.STAFF, adding=1)
    account = Account(
        email=sign_in.normalise(email),
        name=name,
        password_hash=password_hash,
        grants=[RoleGrant(role=role) for role in sorted(set(roles))],
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
    active: bool | None = None,
) -> Account:
    """Raises LastAdmin, or PlanLimitReached where somebody becomes staff or staff again.
    Withdrawn roles and closed accounts count from the next request."""
    was_staff = account.active and _works_here(account.roles)
    is_open = account.active if active is None else active
    if is_open and _works_here(account.roles if roles is None else roles) and not was_staff:
        headroom.require(Measure.STAFF, adding=1)
    if name is not None:
        account.name = name
    if roles is not None:
        _set_roles(account, set(roles))
    if active is not None:
        account.active = active
        if not active:
            sign_in.close_sessions(account.id)
    _refuse_without_admin()
    return account


def remove(account: Account) -> None:
    """Close the account; it stays, because history names it. Raises LastAdmin."""
    change(account, active=False)


def _set_roles(account: Account, wanted: set[str]) -> None:
    before = account.roles
    for grant in [grant for grant in account.grants if grant.role not in wanted]:
        account.grants.remove(grant)
    held = {grant.role for grant in account.grants}
    account.grants.extend(RoleGrant(role=role) for role in sorted(wanted - held))
    if account.roles != before:
        record(
            events.ROLES_CHANGED,
            account,
            before=", ".join(before) or "none",
            after=", ".join(account.roles),
        )


def _refuse_without_admin() -> None:
    # One change of admins at a time: two admins who withdraw each other's role would each still
    # see the other.
    db.session.scalar(
        sa.select(Organisation.id)
        .where(Organisation.id == context.current().id)
        .with_for_update(key_share=True)
    )
    db.session.flush()  # count what the change leaves
    admins = db.session.scalars(
        sa.select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == Role.ADMIN, Account.active)
    ).first()
    if admins is None:
        raise LastAdmin
