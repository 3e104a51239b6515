"""Who holds which role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.libraries.service import libraries
from stackroom.staff.models import Account, Origin, RoleGrant
from stackroom.staff.roles.service import titles
from tenants import context


@dataclass(frozen=True, slots=True)
class Held:
    """A role of somebody as it is shown. `last_day` in the organisation's time zone."""

    title: str
    library: str
    last_day: date | None
    is_over: bool
    origin: Origin

    def __str__(self) -> str:
        at = f" at {self.library}" if self.library else ""
        verb = "ended" if self.is_over else "until"
        until = f", {verb} {self.last_day:%-d %B %Y}" if self.last_day else ""
        return f"{self.title}{at}{until}"


@dataclass(frozen=True, slots=True)
class Words:
    """What roles and libraries are called; two statements, however many people are shown."""

    titles: Mapping[str, str]
    libraries: Mapping[UUID, str]

    def held(self, account: Account) -> list[Held]:
        return sorted(map(self._held, account.grants), key=str)

    def _held(self, grant: RoleGrant) -> Held:
        library = self.libraries[grant.library_id] if grant.library_id else ""
        title, over = self.titles.get(grant.role, grant.role), grant.is_over(clock.now())
        return Held(title, library, last_day(grant.until), over, Origin(grant.origin))


def words() -> Words:
    return Words(titles(), {library.id: library.name for library in libraries()})


def zone() -> ZoneInfo:
    return ZoneInfo(context.current().timezone)


def last_day(until: datetime | None) -> date | None:
    """The last day on which something is held that is not held at `until` any more."""
    return (until - timedelta(seconds=1)).astimezone(zone()).date() if until else None


def counts() -> dict[str, int]:
    """How many people hold each role, whether it is in force or not."""
    people = sa.func.count(sa.distinct(RoleGrant.account_id))
    rows = db.session.execute(sa.select(RoleGrant.role, people).group_by(RoleGrant.role))
    return {row[0]: row[1] for row in rows}
