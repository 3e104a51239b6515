"""What roles confer, and who may give them. Nobody gives what they do not hold (NIST RBAC's
administrative rule); the platform itself, which nobody steers by hand, may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.features import registry
from stackroom.core.permissions import Grant, Principal, granted, held_by, present
from stackroom.libraries.models import Library
from stackroom.staff.errors import GrantBeyondOwn
from stackroom.staff.models import Account, CustomRole, Origin, RoleGrant
from stackroom.staff.roles.shipped import Role

SHIPPED = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role to be given: everywhere, or at one library; for good, or until a moment."""

    role: str
    library_id: UUID | None = None
    until: datetime | None = None
    origin: Origin = Origin.HAND

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now

    @property
    def place(self) -> tuple[str, UUID | None, str]:
        """What one can hold once."""
        return self.role, self.library_id, self.origin

    @classmethod
    def of(cls, held: RoleGrant) -> "Wanted":
        return cls(held.role, held.library_id, held.until, Origin(held.origin))


def held_now(account: Account) -> list[Wanted]:
    """The roles of somebody that have not ended, wherever they come from."""
    now = clock.now()
    return [Wanted.of(grant) for grant in account.grants if not grant.is_over(now)]


def in_force(role: str, library_id: UUID | None, own: Sequence[str] | None) -> Grant:
    """`own`: the permissions of a custom role; a role that is gone confers nothing."""
    return _in_force(role, library_id, None if own is None else tuple(sorted(own)))


@lru_cache(maxsize=4096)
def _in_force(role: str, library_id: UUID | None, own: tuple[str, ...] | None) -> Grant:
    keys = held_by([role], registry.permissions) if role in SHIPPED else own or ()
    return granted(role, keys, library_id, registry.permissions)


def conferring(wanted: Iterable[Wanted]) -> tuple[Grant, ...]:
    """What these roles would confer, in one statement at most."""
    wanted = list(wanted)
    own = custom({each.role for each in wanted} - SHIPPED)
    return tuple(in_force(each.role, each.library_id, own.get(each.role)) for each in wanted)


def custom(keys: Iterable[str]) -> dict[str, list[str]]:
    """Permissions of custom roles, by key."""
    if not (asked := set(keys)):
        return {}
    rows = db.session.execute(
        sa.select(CustomRole.key, CustomRole.permissions).where(CustomRole.key.in_(asked))
    )
    return {row.key: row.permissions for row in rows}


def refuse_unknown(wanted: Sequence[Wanted]) -> None:
    """Raises Invalid (roles): no such role, no such library, or an admin of one library."""
    own = {each.role for each in wanted} - SHIPPED
    if missing := own - custom(own).keys():
        there = [*Role, *db.session.scalars(sa.select(CustomRole.key).order_by(CustomRole.key))]
        told = f"There is no role “{min(missing)}”; the roles are {', '.join(there)}."
        raise Invalid.field("roles", told)
    if any(each.role == Role.ADMIN and each.library_id for each in wanted):
        raise Invalid.field("roles", "An admin runs the whole organisation: choose no library.")
    places = {each.library_id for each in wanted if each.library_id}
    known = sa.select(sa.func.count()).select_from(Library).where(Library.id.in_(places))
    if places and db.session.scalar(known) != len(places):
        raise Invalid.field("roles", "There is no such library in this organisation.")


def refuse_keys_beyond(keys: Iterable[str], granter: Principal | None = None) -> None:
    """Of permissions that are given everywhere, by a role or a key. Raises GrantBeyondOwn."""
    granter, asked = granter or present(), set(keys)
    if granter is None:
        return
    for known in registry.permissions:
        if known.key in asked and not known.is_own and not granter.may_everywhere(known):
            raise GrantBeyondOwn(known)


def refuse_beyond(wanted: Iterable[Wanted], granter: Principal | None = None) -> None:
    """Raises GrantBeyondOwn unless whoever acts holds all of it, at the same libraries."""
    granter = granter or present()
    if granter is None:
        return
    for given in conferring(wanted):
        for known in registry.permissions:
            if known.key not in given.permissions or known.is_own:
                continue
            if given.library_id is None and not granter.may_everywhere(known):
                raise GrantBeyondOwn(known)
            if given.library_id and not granter.may(known, given.library_id):
                raise GrantBeyondOwn(known)
