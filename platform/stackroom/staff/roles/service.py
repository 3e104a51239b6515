"""Roles of an organisation's own making, beside those that ship."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.features import registry
from stackroom.core.permissions import Permission, held_by
from stackroom.staff import events
from stackroom.staff.errors import GrantBeyondOwn, RoleInUse, RoleNameTaken
from stackroom.staff.models import Account, CustomRole, RoleGrant
from stackroom.staff.roles.granting import refuse_keys_beyond
from stackroom.staff.roles.shipped import SENTENCES, STAFF_ROLES, TITLES, Role


@dataclass(frozen=True, slots=True)
class Known:
    """A role as it is shown and given. `id` is None for one that ships and cannot be changed."""

    key: str
    title: str
    sentence: str
    permissions: frozenset[str]
    id: UUID | None = None
    based_on: str = ""
    revision: int = 0


def roles() -> list[Known]:
    """Those that ship, then the organisation's own by name; the patron's comes last."""
    own = db.session.scalars(sa.select(CustomRole).order_by(CustomRole.name))
    return [*map(_shipped, STAFF_ROLES), *map(known, own), _shipped(Role.PATRON)]


def staff_roles() -> list[Known]:
    """Those that can be given to staff."""
    return [each for each in roles() if each.key != Role.PATRON]


def titles() -> dict[str, str]:
    return {each.key: each.title for each in roles()}


def known(role: CustomRole) -> Known:
    return Known(
        role.key, role.name, role.sentence, frozenset(role.permissions), role.id, role.based_on,
        role.revision,
    )  # fmt: skip


def _shipped(role: Role) -> Known:
    return Known(role, TITLES[role], SENTENCES[role], held_by([role], registry.permissions))


def role(role_id: UUID) -> CustomRole:
    """Raises NotFound; also for the key of a role that ships, which has no id."""
    found = db.session.scalar(sa.select(CustomRole).where(CustomRole.id == role_id))
    if found is None:
        raise NotFound
    return found


def assignable() -> list[Permission]:
    """What staff can be allowed: what the admin holds, but for one's own affairs."""
    return [known for known in registry.permissions if Role.ADMIN in known.roles]


def create(
    *, name: str, sentence: str, permissions: Sequence[str], based_on: str = ""
) -> CustomRole:
    """Raises Invalid (permissions, based_on), GrantBeyondOwn or RoleNameTaken."""
    if based_on and based_on not in STAFF_ROLES:
        raise Invalid.field("based_on", f"Name a role that ships: {', '.join(STAFF_ROLES)}.")
    made = CustomRole(
        key=_key(name), name=name, sentence=sentence, based_on=based_on,
        permissions=_checked(permissions, based_on),
    )  # fmt: skip
    _refuse_name_that_ships(name)
    db.session.add(made)
    _keep()
    record(events.ROLE_MADE, made, permissions=made.permissions)
    return made


def change(
    found: CustomRole,
    *,
    name: str | None = None,
    sentence: str | None = None,
    permissions: Sequence[str] | None = None,
) -> CustomRole:
    """Counts from the next request of everybody who holds it.

    Raises Invalid (permissions), GrantBeyondOwn (also where the role confers more than one's own
    already) or RoleNameTaken.
    """
    before = list(found.permissions)
    refuse_keys_beyond(before)
    if name is not None and name != found.name:
        _refuse_name_that_ships(name)
        found.name = name
    if sentence is not None:
        found.sentence = sentence
    if permissions is not None:
        found.permissions = _checked(permissions, found.based_on)
    _keep()
    gained, lost = set(found.permissions) - set(before), set(before) - set(found.permissions)
    record(
        events.ROLE_CHANGED, found, gained=_listed(gained), lost=_listed(lost),
        before=before, after=found.permissions,
    )  # fmt: skip
    return found


def remove(found: CustomRole) -> None:
    """Raises GrantBeyondOwn or RoleInUse."""
    refuse_keys_beyond(found.permissions)
    if names := holders(found.key):
        raise RoleInUse([name for _, name in names])
    record(events.ROLE_REMOVED, found, permissions=found.permissions)
    db.session.delete(found)


def holders(key: str) -> list[tuple[UUID, str]]:
    """Ids and names of those who have this role, whether it is in force or not."""
    having = Account.grants.any(RoleGrant.role == key)
    rows = db.session.execute(sa.select(Account.id, Account.name).where(having))
    return sorted(((row.id, row.name) for row in rows), key=lambda row: row[1])


def _checked(keys: Sequence[str], based_on: str) -> list[str]:
    """Raises Invalid or GrantBeyondOwn."""
    may = {known.key: known for known in assignable()}
    if unknown := [key for key in keys if key not in may]:
        raise Invalid.field("permissions", f"“{unknown[0]}” is no permission that staff can hold.")
    if based_on == Role.AUDITOR and (writing := [key for key in keys if may[key].writes]):
        raise Invalid.field(
            "permissions", f"A role for auditors changes nothing, so it cannot hold “{writing[0]}”."
        )
    refuse_keys_beyond(keys)
    return sorted({*keys, "me.read"})


def beyond_own(keys: Iterable[str]) -> str:
    """Why whoever acts may not touch a role that holds these; empty where they may."""
    try:
        refuse_keys_beyond(keys)
    except GrantBeyondOwn as refusal:
        return refusal.detail
    return ""


def _refuse_name_that_ships(name: str) -> None:
    if name.lower() in {title.lower() for title in TITLES.values()}:
        raise RoleNameTaken


def _keep() -> None:
    try:
        db.session.flush()  # the database decides whether the name is free
    except IntegrityError:
        raise RoleNameTaken from None


def _key(name: str) -> str:
    """From the name it begins with, so that the trail can be read; apart from those that ship."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30] or "role"
    taken = set(db.session.scalars(sa.select(CustomRole.key))) | set(Role)
    numbered = (f"{stem}-{number}" for number in itertools.count(2))
    return next(key for key in itertools.chain([stem], numbered) if key not in taken)


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys)) or "nothing"
