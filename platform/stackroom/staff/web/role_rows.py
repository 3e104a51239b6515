"""Rows of a form in which roles are given: role, library, last day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest

from flask import request

from stackroom.core import clock
from stackroom.core.errors import Invalid
from stackroom.core.features import registry
from stackroom.core.http import principal
from stackroom.libraries.service import libraries
from stackroom.staff.models import Account, Origin
from stackroom.staff.roles.granting import Wanted
from stackroom.staff.roles.holding import last_day, zone
from stackroom.staff.roles.service import Known, staff_roles
from stackroom.staff.schemas import RoleRow

COLUMNS = ("role", "library_id", "until")
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    roles: tuple[Option, ...]
    libraries: tuple[Option, ...]


def choices() -> Choices:
    """Roles of one's own, then those that ship, the admin last: a slip makes nobody an admin."""
    places = tuple(Option(str(library.id), library.name) for library in libraries())
    return Choices(tuple(map(_option, reversed(staff_roles()))), places)


def _option(role: Known) -> Option:
    """What is held nowhere at all can be given nowhere; the rest depends on the library."""
    beyond = any(
        one.key in role.permissions and not one.is_own and not principal().may(one)
        for one in registry.permissions
    )
    return Option(role.key, role.title, "more than you may" if beyond else "")


def sent() -> list[Row]:
    """The rows of the present request that are not empty."""
    columns = [request.form.getlist(name) for name in COLUMNS]
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in zip_longest(*columns, fillvalue=""))
    return [{name: text for name, text in row.items() if text} for row in rows if any(row.values())]


def shown(account: Account) -> list[Row]:
    """What was given by hand, as rows."""
    held = (Wanted.of(grant) for grant in account.grants if grant.origin == Origin.HAND)
    return [_row(each) for each in sorted(held, key=lambda each: (each.role, str(each.library_id)))]


def _row(held: Wanted) -> Row:
    day = last_day(held.until)
    row = {"role": held.role, "library_id": held.library_id, "until": day}
    return {name: str(value) for name, value in row.items() if value}


def wanted(rows: Iterable[RoleRow], account: Account | None = None) -> list[Wanted]:
    """Raises Invalid (roles): a last day in the past that `account` does not have already."""
    held = {each.place: each for each in map(Wanted.of, account.grants if account else ())}
    return [_wanted(row, held.get((row.role, row.library_id, Origin.HAND))) for row in rows]


def _wanted(row: RoleRow, held: Wanted | None) -> Wanted:
    if held and last_day(held.until) == row.until:
        return held  # whoever gave it by the API may have named an hour
    if row.until and row.until < clock.now().astimezone(zone()).date():
        raise Invalid.field("roles", f"{row.until:%-d %B %Y} has passed: choose a later last day.")
    return Wanted(row.role, row.library_id, _end_of(row.until) if row.until else None)


def _end_of(day: date) -> datetime:
    """Where a day ends in the organisation's time zone."""
    return datetime.combine(day + timedelta(days=1), time.min, zone()).astimezone(UTC)
