"""Who asks: nobody, a patron, staff without the permission that a route needs, staff with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.core.permissions import Permission
from stackroom.staff.models import Account, CustomRole, RoleGrant
from stackroom.staff.roles.shipped import Role
from stackroom.testing.house import ROLES, Answer, House
from stackroom.testing.isolation.asking import Told
from stackroom.testing.isolation.ways import Way
from tenants import context

NOBODY, PATRON, STAFF = "nobody", "a patron", "staff without the permission"
WITHOUT = (NOBODY, PATRON, STAFF)
DOOR = "/sign-in"
ENDS_THERE = "staff.sign_out"
"""It leads to the door by itself."""


@dataclass(slots=True)
class Callers:
    """Of one house, signed in before they ask. `staff`: tokens by the one permission that they do
    not hold; so a route that asks for another than it says, lets them in."""

    house: House
    patron: str
    staff: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, house: House, asked_for: Iterable[Permission]) -> "Callers":
        made = cls(house, house.token("patron"))
        for wanted in set(asked_for):
            with house.work("admin"):
                _hire_without(wanted, house)
            made.staff[wanted.key] = house.token(wanted.key)
        return made

    def reinstate(self) -> None:
        """Whoever may, may also close accounts and take roles away, their own too."""
        with self.house.work("admin"):
            for role in ROLES:
                account = self.house.account(role)
                account.active = True
                if role not in account.roles:
                    account.grants.append(RoleGrant(role=role))

    def token(self, caller: str, wanted: Permission) -> str | None:
        """Empty for nobody's; None where such a caller holds the permission."""
        if caller == STAFF:
            return self.staff[wanted.key]
        if caller == PATRON:
            return None if Role.PATRON in wanted.roles else self.patron
        return ""


def _hire_without(wanted: Permission, house: House) -> None:
    """By a role that nobody could make by hand: it confers everything else that there is."""
    rest = [known.key for known in registry.permissions if known != wanted]
    db.session.add(CustomRole(key=wanted.key, name=wanted.key, sentence="-", permissions=rest))
    hired = Account(email=house.email(wanted.key), name=f"No {wanted.key}", password_hash="!")
    hired.grants = [RoleGrant(role=wanted.key)]
    db.session.add(hired)


def is_open_to_all(house: House, way: Way) -> bool:
    """Also by a flag."""
    with house.app.app_context(), context.acting_for(house.tenant):
        return way.access.permission is None or house.app.is_open_to_all(way.access)


def is_hidden(house: House, way: Way) -> bool:
    """Behind a flag that is off, where nobody finds anything."""
    with house.app.app_context(), context.acting_for(house.tenant):
        return bool(way.access.flag) and not house.app.flag_is_on(str(way.access.flag))


def fault(house: House, way: Way, caller: str, answer: Answer) -> str:
    """What is wrong with this refusal; empty where it is as it must be."""
    return "" if _refused_well(house, way, caller, answer) else told(answer)


def told(answer: Answer) -> str:
    return f"{answer.status_code} {answer.location or ''} {answer.text[:200]}"


def _refused_well(house: House, way: Way, caller: str, answer: Answer) -> bool:
    wanted = way.access.permission
    assert wanted
    if is_hidden(house, way) or (caller == NOBODY and way.access.public_flag):
        return answer.status_code == 404
    if caller == NOBODY:
        return asks_to_sign_in(way, answer)
    return answer.status_code == 403 and (way.method == "HEAD" or wanted.key in answer.text)


def asks_to_sign_in(way: Way, answer: Answer) -> bool:
    """The API says so; a page leads to the door."""
    if way.is_api:
        return answer.status_code == 401 and "WWW-Authenticate" in answer.headers
    return answer.status_code == 303 and (answer.location or "").startswith(DOOR)


def is_refused(way: Way, answer: Answer) -> bool:
    """For want of a sign-in or of the permission; another refusal has looked at what was asked."""
    wanted = way.access.permission
    if answer.status_code == 403:
        return wanted is not None and wanted.key in answer.text
    if way.rule.endpoint == ENDS_THERE:
        return answer.status_code != 303
    return answer.status_code == 401 or asks_to_sign_in(way, answer)


def differs(answer: Answer, other: Answer, *sent: str) -> str:
    """What a refusal tells of whether the record is there; empty if nothing."""
    return Told.of(answer, *sent).differs_from(Told.of(other, *sent))
