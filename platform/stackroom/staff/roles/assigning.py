"""Giving roles to a person and taking them back; each change is one event with before and after."""

from collections.abc import Iterable, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from stackroom.audit import personal
from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.libraries.models import Library
from stackroom.staff import events
from stackroom.staff.errors import GrantBeyondOwn, LastAdmin
from stackroom.staff.models import Account, Origin, RoleGrant
from stackroom.staff.roles.granting import Wanted, refuse_beyond, refuse_unknown
from stackroom.staff.roles.shipped import Role
from tenants import context
from tenants.models import Organisation


def assign(account: Account, wanted: Sequence[Wanted], *, origin: Origin = Origin.HAND) -> None:
    """Make these the roles that come from `origin`; those from elsewhere stay.

    Raises Invalid, GrantBeyondOwn or LastAdmin.
    """
    refuse_unknown(wanted)
    refuse_beyond(wanted)
    refuse_above(account)
    before = told(account)
    if any(each.role != Role.PATRON for each in wanted):
        personal.joins_staff(account.id)
    _replace(account, {each.place: each for each in wanted}, origin)
    if (after := told(account)) != before:
        flag_modified(account, "active")  # its revision counts a change of roles, too
        record(events.ROLES_CHANGED, account, before=before, after=after)
    refuse_without_admin()


def withdraw(account: Account, grant_id: UUID) -> bool:
    """Take one role back; False where it is gone already. Raises GrantBeyondOwn or LastAdmin."""
    found = next((grant for grant in account.grants if grant.id == grant_id), None)
    if found is None:
        return False
    kept = [Wanted.of(grant) for grant in account.grants if grant.origin == found.origin]
    kept.remove(Wanted.of(found))
    assign(account, kept, origin=Origin(found.origin))
    return True


def refuse_above(account: Account) -> None:
    """Nobody meddles with the account of somebody who may more. Raises GrantBeyondOwn."""
    refuse_beyond([Wanted.of(grant) for grant in account.grants])


def above(account: Account) -> str:
    """Why whoever acts may not change this account; empty where they may."""
    try:
        refuse_above(account)
    except GrantBeyondOwn as refusal:
        return refusal.detail
    return ""


def _replace(
    account: Account, wanted: dict[tuple[str, UUID | None, str], Wanted], origin: Origin
) -> None:
    for grant in [grant for grant in account.grants if grant.origin == origin]:
        kept = wanted.pop(Wanted.of(grant).place, None)
        if kept is None:
            account.grants.remove(grant)
        else:
            grant.until = kept.until
    account.grants.extend(grant_of(each) for each in wanted.values())


def grant_of(wanted: Wanted) -> RoleGrant:
    return RoleGrant(
        role=wanted.role, library_id=wanted.library_id, until=wanted.until, origin=wanted.origin
    )


def told(account: Account) -> str:
    """The roles in words, for the trail: “librarian at Harbour until 2027-03-03”."""
    return in_words(Wanted.of(grant) for grant in account.grants)


def in_words(wanted: Iterable[Wanted]) -> str:
    wanted = list(wanted)
    names = _libraries({each.library_id for each in wanted if each.library_id})
    zone = ZoneInfo(context.current().timezone)
    return ", ".join(sorted({_phrase(each, names, zone) for each in wanted})) or "none"


def _phrase(wanted: Wanted, names: dict[UUID, str], zone: ZoneInfo) -> str:
    at = f" at {names[wanted.library_id]}" if wanted.library_id else ""
    until = f" until {wanted.until.astimezone(zone):%Y-%m-%d %H:%M}" if wanted.until else ""
    return f"{wanted.role}{at}{until}"


def _libraries(ids: set[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    rows = db.session.execute(sa.select(Library.id, Library.name).where(Library.id.in_(ids)))
    return {row.id: row.name for row in rows}


def refuse_without_admin() -> None:
    """Raises LastAdmin where nobody is left who runs the organisation for good."""
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
        .where(RoleGrant.role == Role.ADMIN, RoleGrant.until.is_(None), Account.active)
    ).first()
    if admins is None:
        raise LastAdmin
