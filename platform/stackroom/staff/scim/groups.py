"""Groups as the directory has them, and the role that an admin lets each of them give."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from scim2_models import InvalidValueException
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.permissions import Principal
from stackroom.libraries.service import libraries
from stackroom.staff.roles.assigning import in_words
from stackroom.staff.roles.granting import Wanted, refuse_beyond, refuse_unknown
from stackroom.staff.scim import events, roles
from stackroom.staff.scim.filters import Condition, as_id
from stackroom.staff.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser
from stackroom.staff.scim.queries import member_ids
from stackroom.staff.scim.resources import Group

LONGEST = 254
TOLD = 20
"""So many of those who came or went an event names; of the others it tells the number."""


def groups(where: Condition, start: int, count: int) -> tuple[Sequence[DirectoryGroup], int]:
    """`start` is counted from 0; with how many there are in all."""
    wanted = sa.select(DirectoryGroup).where(where)
    total = db.session.scalar(sa.select(sa.func.count(DirectoryGroup.id)).where(where))
    page = wanted.order_by(DirectoryGroup.id).offset(start).limit(count)
    return db.session.scalars(page).all(), total or 0


def group(group_id: UUID, *, lock: bool = False) -> DirectoryGroup:
    """Raises NotFound."""
    wanted = sa.select(DirectoryGroup).where(DirectoryGroup.id == group_id)
    found = db.session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound
    return found


def add(wanted: Group) -> DirectoryGroup:
    """Raises InvalidValueException."""
    added = DirectoryGroup(id=uuid7(), **_named(wanted))
    db.session.add(added)
    db.session.flush()  # members refer to it
    record(events.GROUP_ADDED, added)
    _set_members(added, wanted)
    return added


def write(found: DirectoryGroup, wanted: Group) -> None:
    """Make the group as the directory has it now.

    Raises InvalidValueException, LastAdmin or PlanLimitReached.
    """
    before, names = found.display_name, _named(wanted)
    changed = [f"name from “{before}” to “{names['display_name']}”"]
    if before == names["display_name"]:
        changed = []
    if found.external_id != names["external_id"]:
        changed.append(f"externalId from “{found.external_id}” to “{names['external_id']}”")
    for name, value in names.items():
        setattr(found, name, value)
    changed += _set_members(found, wanted)
    if changed:
        found.changed_at = clock.now()
        record(events.GROUP_CHANGED, found, fields="; ".join(changed))
        db.session.flush()  # the answer names the new version


def remove(found: DirectoryGroup) -> None:
    """What it gave is taken back. Raises LastAdmin."""
    inside = member_ids([found.id])[found.id]
    record(events.GROUP_REMOVED, found, role=found.role)
    db.session.execute(sa.delete(DirectoryMember).where(DirectoryMember.group_id == found.id))
    db.session.delete(found)
    db.session.flush()  # what is left decides on the roles
    roles.follow(inside)


def let_give(found: DirectoryGroup, role: str, library_id: UUID | None, by: Principal) -> None:
    """Let the group give a role to its members, now and later; an empty one: none. Whoever decides
    must hold what it gives, and what it gave. Raises Invalid or GrantBeyondOwn."""
    if library_id and library_id not in {each.id for each in libraries()}:
        raise Invalid.field("library_id", "There is no such library in this organisation.")
    before, after = _gives(found.role, found.library_id), _gives(role, library_id)
    if before == after:
        return
    refuse_unknown(after)
    refuse_beyond([*before, *after], by)
    found.role, found.library_id = role, library_id if role else None
    found.changed_at = clock.now()
    record(events.MAPPED, found, before=in_words(before), after=in_words(after))
    db.session.flush()  # the new role decides
    roles.follow(member_ids([found.id])[found.id])


def _gives(role: str, library_id: UUID | None) -> list[Wanted]:
    return [Wanted(role, library_id)] if role else []


def _set_members(found: DirectoryGroup, wanted: Group) -> list[str]:
    """Returns what has changed, in words."""
    before = member_ids([found.id])[found.id]
    after = {as_id(each.value) for each in wanted.members or ()}
    gone, come = before - after, after - before
    names = _names(gone | come)
    if unknown := come - names.keys():
        raise InvalidValueException(
            detail=f"members: there is no user {', '.join(map(str, sorted(unknown)[:TOLD]))} here."
        )
    db.session.execute(
        sa.delete(DirectoryMember).where(
            DirectoryMember.group_id == found.id, DirectoryMember.user_id.in_(gone)
        )
    )
    db.session.add_all(DirectoryMember(group_id=found.id, user_id=each) for each in sorted(come))
    db.session.flush()  # who is inside now decides on the roles
    if found.role:
        roles.follow(gone | come)
    moved = (("came", come), ("went", gone))
    return [f"{word} {_told(ids, names)}" for word, ids in moved if ids]


def _names(user_ids: set[UUID]) -> dict[UUID, str]:
    wanted = sa.select(DirectoryUser).where(DirectoryUser.id.in_(user_ids))
    return {user.id: user.label for user in db.session.scalars(wanted)}


def _told(ids: set[UUID], names: dict[UUID, str]) -> str:
    shown = sorted(names[each] for each in ids)
    rest = f" and {len(shown) - TOLD} more" if len(shown) > TOLD else ""
    return ", ".join(shown[:TOLD]) + rest


def _named(wanted: Group) -> dict[str, str | None]:
    name, external_id = (wanted.display_name or "").strip(), wanted.external_id
    if not name:
        raise InvalidValueException(detail="displayName is required.")
    for text in (name, external_id or ""):
        if len(text) > LONGEST or "\0" in text:
            raise InvalidValueException(
                detail=f"displayName and externalId take {LONGEST} printable characters at most."
            )
    return {"display_name": name, "display_key": name.lower(), "external_id": external_id}
