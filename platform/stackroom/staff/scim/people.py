"""People as the directory has them: each is an account, opened and closed as it says."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import EmailStr, TypeAdapter, ValidationError
from scim2_models import Context, InvalidValueException
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.permissions import as_the_platform
from stackroom.staff import service as staff
from stackroom.staff.models import Account, Origin
from stackroom.staff.scim import events, roles
from stackroom.staff.scim.errors import UserTaken
from stackroom.staff.scim.filters import Condition
from stackroom.staff.scim.models import DirectoryMember, DirectoryUser
from stackroom.staff.scim.resources import User

LONGEST, MOST_EMAILS = 254, 20
ADDRESS = TypeAdapter(EmailStr)


def users(where: Condition, start: int, count: int) -> tuple[Sequence[DirectoryUser], int]:
    """`start` is counted from 0; with how many there are in all."""
    wanted = sa.select(DirectoryUser).join(DirectoryUser.account).where(where)
    total = db.session.scalar(
        sa.select(sa.func.count(DirectoryUser.id)).join(DirectoryUser.account).where(where)
    )
    page = wanted.order_by(DirectoryUser.id).offset(start).limit(count)
    return db.session.scalars(page).all(), total or 0


def user(user_id: UUID, *, lock: bool = False) -> DirectoryUser:
    """Raises NotFound."""
    wanted = sa.select(DirectoryUser).where(DirectoryUser.id == user_id)
    found = db.session.scalar(wanted.with_for_update(of=DirectoryUser) if lock else wanted)
    if found is None:
        raise NotFound
    return found


def add(wanted: User) -> DirectoryUser:
    """Somebody who is here already is taken in by matching userName alone.

    Raises UserTaken, PlanLimitReached or InvalidValueException.
    """
    key = _key(wanted)
    known = db.session.scalar(sa.select(Account).where(Account.email == key))
    account = known or Account(email=_address(wanted) or f"{uuid7()}@no-address.invalid", name=key)
    db.session.add(account)
    _flush_named()
    added = DirectoryUser(account=account, account_id=account.id, sent={})
    _take(added, wanted)
    db.session.add(added)
    _flush_named()
    record(events.ADOPTED if known else events.ADDED, added, account=str(account.id))
    _open(added, wanted.active is not False)
    return added


def write(found: DirectoryUser, wanted: User) -> None:
    """Make the person as the directory has them now.

    Raises UserTaken, LastAdmin, PlanLimitReached or InvalidValueException.
    """
    before = _told(found)
    _take(found, wanted)
    _flush_named()
    if wanted.active is not None:
        _open(found, wanted.active)
    changed = [
        f"{name} from “{before[name]}” to “{after}”"
        for name, after in _told(found).items()
        if before[name] != after
    ]
    if changed:
        found.changed_at = clock.now()
        record(events.CHANGED, found, fields=", ".join(changed))
        db.session.flush()  # the answer names the new version


def remove(found: DirectoryUser) -> None:
    """Close the account and every session of it; it stays, because history names it, and is taken
    in again if the person comes back. Raises LastAdmin."""
    record(events.REMOVED, found, account=str(found.account_id))
    _open(found, False)
    db.session.execute(sa.delete(DirectoryMember).where(DirectoryMember.user_id == found.id))
    roles.take_all(found.account)
    db.session.delete(found)


def _open(found: DirectoryUser, active: bool) -> None:
    """The directory's key holds no role; that a leaver goes was decided when it was made."""
    if found.account.active != active:
        with as_the_platform():
            staff.change(found.account, active=active)


def _take(found: DirectoryUser, wanted: User) -> None:
    found.user_name, found.user_key = (wanted.user_name or "").strip(), _key(wanted)
    found.external_id = _short(wanted.external_id, "externalId")
    found.display_key = (_short(wanted.display_name, "displayName") or "").lower()
    emails = [str(each.value).lower() for each in wanted.emails or () if each.value]
    if len(emails) > MOST_EMAILS:
        raise InvalidValueException(detail=f"emails takes {MOST_EMAILS} at most.")
    found.email_keys = "".join(f"\n{each}\n" for each in emails)
    dumped = wanted.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    found.sent = {
        name: dumped[name] for name in ("name", "displayName", "emails") if name in dumped
    }
    found.account.name = _name(wanted)
    if (address := _address(wanted)) and _may_move(found.account):
        found.account.email = address


def _may_move(account: Account) -> bool:
    """Mail to set a new password goes to the address. Where somebody was given roles here by hand,
    the directory, or who has its key, must not lead that mail elsewhere."""
    return all(grant.origin == Origin.DIRECTORY for grant in account.grants)


def _key(wanted: User) -> str:
    name = _short((wanted.user_name or "").strip(), "userName")
    if not name:
        raise InvalidValueException(detail="userName is required.")
    return name.lower()


def _short(text: str | None, name: str) -> str | None:
    if text and (len(text) > LONGEST or "\0" in text):
        raise InvalidValueException(detail=f"{name} takes {LONGEST} printable characters at most.")
    return text


def _address(wanted: User) -> str:
    """The userName, where it is an e-mail address; else the primary one of them, or the first."""
    emails = sorted(wanted.emails or (), key=lambda each: not each.primary)
    for text in (wanted.user_name, *(each.value for each in emails)):
        if text and _is_address(text.strip()):
            return text.strip().lower()
    return ""


def _is_address(text: str) -> bool:
    try:
        ADDRESS.validate_python(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST


def _name(wanted: User) -> str:
    name = wanted.name
    parts = (name.given_name, name.family_name) if name else ()
    together = " ".join(part for part in parts if part)
    said = wanted.display_name or (name and name.formatted) or together or wanted.user_name or ""
    return " ".join("".join(c for c in said if c.isprintable()).split())[:200] or _key(wanted)


def _told(found: DirectoryUser) -> dict[str, Any]:
    emails = found.email_keys.split()
    return {
        "userName": found.user_name,
        "externalId": found.external_id or "",
        "name": found.account.name,
        "emails": ", ".join(emails),
        "active": "yes" if found.account.active else "no",
    }


def _flush_named() -> None:
    try:
        db.session.flush()  # the database decides whether the name is free
    except IntegrityError:
        raise UserTaken from None
