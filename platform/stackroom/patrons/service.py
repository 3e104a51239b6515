"""Registering patrons, keeping their records, blocking them."""

import secrets
from collections.abc import Iterable
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.audit.reads import record_hourly
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.pagination import Page, paginate
from stackroom.libraries.models import Library
from stackroom.libraries.service import main_library
from stackroom.patrons import events, queries
from stackroom.patrons.errors import BarcodeTaken, BlockLifted, CanSignIn, PatronDeleted
from stackroom.patrons.models import Patron, PatronBlock, PatronCategory, PatronStatus
from stackroom.patrons.schemas import BlockIn, PatronChange, PatronIn, PatronQuery
from stackroom.staff import passwords, sign_in
from stackroom.staff.models import Account
from stackroom.staff.roles.shipped import Role
from stackroom.staff.service import create_account
from tenants import context

STARTING_CATEGORIES = {
    "adult": "Adult",
    "child": "Child",
    "student": "Student",
    "staff": "Library staff",
    "institution": "School or institution",
}


def today() -> date:
    """The date where the organisation is: a card does not expire at midnight in UTC."""
    return clock.now().astimezone(ZoneInfo(context.current().timezone)).date()


def patrons(query: PatronQuery) -> Page[Patron]:
    """What somebody finds, which the audit trail says."""
    page = paginate(db.session(), queries.search(query, today()), query)
    seen_in_a_list(page.items)
    return page


def seen_in_a_list(found: Iterable[Patron | None]) -> None:
    record_hourly(events.LISTED, [patron for patron in found if patron])


def looked_up(found: Patron) -> None:
    """Somebody reads the record, or what a decision says of it."""
    record_hourly(events.VIEWED, [found])


def count() -> int:
    """Patrons who are not deleted."""
    present = Patron.status != PatronStatus.DELETED
    return db.session.scalar(sa.select(sa.func.count(Patron.id)).where(present)) or 0


def patron(patron_id: UUID) -> Patron:
    """Raises NotFound."""
    found = db.session.scalars(
        sa.select(Patron).where(Patron.id == patron_id).options(*queries.shown())
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def view(patron_id: UUID) -> Patron:
    """One record as somebody reads it, which the audit trail says. Raises NotFound."""
    found = patron(patron_id)
    looked_up(found)
    return found


def categories() -> list[PatronCategory]:
    return list(db.session.scalars(sa.select(PatronCategory).order_by(PatronCategory.name)))


def create(new: PatronIn) -> Patron:
    """Raises Invalid (category, home_library) or BarcodeTaken."""
    fields = new.model_dump(exclude={"category", "home_library", "barcode"})
    made = Patron(
        **fields,
        barcode=new.barcode or _new_barcode(),
        sort_name=queries.sort_name(new.name),
        category_id=_category(new.category).id,
        home_library_id=(_library(new.home_library) if new.home_library else main_library()).id,
    )
    db.session.add(made)
    _write(made)
    record(events.CREATED, made)
    return made


def change(found: Patron, wanted: PatronChange) -> Patron:
    """Raises Invalid (category, home_library), BarcodeTaken or PatronDeleted."""
    refuse_deleted(found)
    for field, value in wanted.model_dump(exclude_unset=True).items():
        _set(found, field, value)
    changed = _changed(found)
    _write(found)
    if changed:
        record(events.CHANGED, found, fields=", ".join(changed))
    return found


def _changed(found: Patron) -> list[str]:
    """Fields that differ from what was read, in the words of the record."""
    attributes = [each for each in sa.inspect(found).attrs if each.history.has_changes()]
    names = {attribute.key.removesuffix("_id") for attribute in attributes} - {"sort_name"}
    return sorted(name.replace("_", " ") for name in names)


def _set(found: Patron, field: str, value: object) -> None:
    if value is None and field != "expires_on":
        raise Invalid.field(field, "This cannot be empty; leave it out to keep what is there.")
    match field:
        case "category":
            found.category_id = _category(str(value)).id
        case "home_library":
            found.home_library_id = _library(str(value)).id
        case "name":
            found.name, found.sort_name = str(value), queries.sort_name(str(value))
        case _:
            setattr(found, field, value)


def remove(found: Patron) -> None:
    """Keep the record, because history names it. Whether loans are open is for circulation to
    ask, which stands above. Raises PatronDeleted."""
    refuse_deleted(found)
    found.status = PatronStatus.DELETED
    if account := _account(found):
        account.active = False
        sign_in.close_sessions(account.id)
    record(events.DELETED, found)


def refuse_deleted(found: Patron) -> None:
    if found.status is PatronStatus.DELETED:
        raise PatronDeleted


def give_sign_in(found: Patron, password: str, hasher: passwords.Passwords) -> Account:
    """Let a patron sign in with their e-mail and a first password.

    Raises Invalid (email, password), EmailTaken, CanSignIn or PatronDeleted.
    """
    refuse_deleted(found)
    if found.account_id:
        raise CanSignIn
    if not found.email:
        raise Invalid.field("email", "Give the patron an e-mail address first; it is the sign-in.")
    passwords.check(password, knows=(found.email, found.name))
    account = create_account(
        email=found.email, name=found.name, roles=[Role.PATRON], password_hash=hasher.hash(password)
    )
    found.account_id = account.id
    record(events.SIGN_IN_GIVEN, found)
    return account


def of_account(account_id: UUID) -> Patron | None:
    return db.session.scalar(sa.select(Patron).where(Patron.account_id == account_id))


def _account(found: Patron) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.id == found.account_id))


def block(found: Patron, new: BlockIn) -> PatronBlock:
    """Raises PatronDeleted."""
    refuse_deleted(found)
    made = PatronBlock(
        patron_id=found.id, reason=new.reason, stops=list(new.stops), expires_on=new.expires_on
    )
    found.blocks.append(made)
    db.session.flush()  # the answer shows the block's id
    record(events.BLOCK_ADDED, found, reason=new.reason, stops=list(new.stops))
    return made


def lift(found: Patron, block_id: UUID) -> PatronBlock:
    """Raises NotFound or BlockLifted."""
    present = next((block for block in found.blocks if block.id == block_id), None)
    if present is None:
        raise NotFound
    if present.lifted_at:
        raise BlockLifted
    present.lifted_at = clock.now()
    record(events.BLOCK_LIFTED, found, reason=present.reason)
    return present


def _new_barcode() -> str:
    """By chance rather than by count: two desks that register at once do not meet."""
    return f"P{secrets.randbelow(10**12):012}"


def _write(changed: Patron) -> None:
    try:
        db.session.flush()  # the database decides whether the card number is free
    except IntegrityError:
        raise BarcodeTaken from None
    db.session.expire(changed, ["category", "home_library"])  # they follow from the ids


def _category(code: str) -> PatronCategory:
    found = db.session.scalar(sa.select(PatronCategory).where(PatronCategory.code == code))
    if found is None:
        known = ", ".join(category.code for category in categories())
        raise Invalid.field("category", f"There is no category “{code}”; there are {known}.")
    return found


def _library(code: str) -> Library:
    found = db.session.scalar(sa.select(Library).where(Library.code == code))
    if found is None:
        raise Invalid.field("home_library", f"There is no library with the code “{code}”.")
    return found


def provision() -> None:
    """Categories to begin with; the codes stay, the names can change."""
    for code, name in STARTING_CATEGORIES.items():
        db.session.add(PatronCategory(code=code, name=name))
