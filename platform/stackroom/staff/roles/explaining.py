"""Why somebody may or may not, and what another role would change. Both ask `Grant.confers`, which
guards the routes: an explanation cannot differ from what happens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.features import registry
from stackroom.core.permissions import Grant, Permission
from stackroom.libraries.models import Library
from stackroom.staff.models import Account, Origin
from stackroom.staff.roles.granting import Wanted, conferring, held_now, refuse_unknown
from stackroom.staff.roles.service import titles


@dataclass(frozen=True, slots=True)
class Source:
    """A role of somebody, and whether the permission comes of it. `why` says it to a person."""

    role: str
    title: str
    library: str
    until: datetime | None
    origin: Origin
    confers: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    allowed: bool
    sentence: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Effective:
    """A permission in force: where (empty: everywhere), and the roles it comes from."""

    permission: Permission
    libraries: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Sentences of what would be allowed then and is not now, and the other way round."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


def permission(key: str) -> Permission:
    """Raises NotFound."""
    found = next((known for known in registry.permissions if known.key == key), None)
    if found is None:
        raise NotFound(f"There is no permission “{key}”.")
    return found


@dataclass(frozen=True, slots=True)
class _Words:
    """What roles and libraries are called, and the moment that is asked about."""

    titles: Mapping[str, str]
    libraries: Mapping[UUID, str]
    now: datetime

    def library(self, library_id: UUID | None) -> str:
        return self.libraries[library_id] if library_id else ""


def _words() -> _Words:
    return _Words(titles(), _library_names(), clock.now())


def explain(account: Account, wanted: Permission, library_id: UUID | None = None) -> Explanation:
    """Raises Invalid (library_id)."""
    words = _words()
    if library_id and library_id not in words.libraries:
        raise Invalid.field("library_id", "There is no such library in this organisation.")
    held = list(map(Wanted.of, account.grants))
    sources = tuple(
        _source(each, grant.confers(wanted, library_id), _why(each, grant, wanted, words), words)
        for each, grant in zip(held, conferring(held), strict=True)
    )
    allowed = account.active and any(source.confers for source in sources)
    may = "may" if allowed else "may not"
    place = f" at {words.library(library_id)}" if library_id else ""
    closed = "" if account.active else " The account is closed."
    sentence = f"{account.name} {may} {wanted.sentence}{place}.{closed}"
    return Explanation(allowed, sentence, sources)


def _source(held: Wanted, would: bool, why: str, words: _Words) -> Source:
    title, library = words.titles.get(held.role, held.role), words.library(held.library_id)
    if held.is_over(words.now):
        return Source(held.role, title, library, held.until, held.origin, False, f"{title} ended.")
    if would:
        why = f"{title} holds this permission{f' at {library}' if library else ''}."
    return Source(held.role, title, library, held.until, held.origin, would, why)


def _why(held: Wanted, grant: Grant, wanted: Permission, words: _Words) -> str:
    """Why a role that is in force does not confer it."""
    title, library = words.titles.get(held.role, held.role), words.library(held.library_id)
    if held.role not in words.titles:
        return f"The role “{title}” is not there any more."
    if wanted.key in grant.permissions:
        return f"{title} is held at {library} only."
    (whole,) = conferring([Wanted(held.role)])
    if wanted.key in whole.permissions:
        return f"{title} is held at {library}, and this takes a role for the whole organisation."
    return f"{title} does not hold this permission."


def effective(account: Account) -> list[Effective]:
    """Everything this person may now, and where each comes from."""
    words = _words()
    held = held_now(account)
    pairs = list(zip(held, conferring(held), strict=True))
    found = (_effective(known, pairs, words) for known in registry.permissions)
    return [each for each in found if each.roles] if account.active else []


def _effective(
    wanted: Permission, pairs: Sequence[tuple[Wanted, Grant]], words: _Words
) -> Effective:
    giving = [(held, grant) for held, grant in pairs if grant.confers(wanted)]
    whole = any(grant.confers_everywhere(wanted) for _, grant in giving)
    places = () if whole else sorted({words.library(held.library_id) for held, _ in giving})
    return Effective(
        wanted, tuple(places), tuple(sorted({words.titles[held.role] for held, _ in giving}))
    )


def simulate(account: Account, wanted: Sequence[Wanted]) -> Difference:
    """What these roles in place of those given by hand would change. Raises Invalid (roles)."""
    refuse_unknown(wanted)
    now, held = clock.now(), held_now(account)
    kept = [each for each in held if each.origin is not Origin.HAND]
    lasting = [each for each in wanted if not each.is_over(now)]
    return difference(conferring(held), conferring([*kept, *lasting]))


def difference(before: Iterable[Grant], after: Iterable[Grant]) -> Difference:
    had, will = _places(before), _places(after)
    return Difference(tuple(sorted(will - had)), tuple(sorted(had - will)))


def _places(grants: Iterable[Grant]) -> set[str]:
    """“lend, renew and take back at Harbour”; what is held everywhere is not told by library."""
    grants, names, told = list(grants), _library_names(), set()
    for known in registry.permissions:
        giving = [grant for grant in grants if grant.confers(known)]
        if any(grant.confers_everywhere(known) for grant in giving):
            told.add(known.sentence)
        else:
            told |= {
                f"{known.sentence} at {names[one.library_id]}" for one in giving if one.library_id
            }
    return told


def _library_names() -> dict[UUID, str]:
    rows = db.session.execute(sa.select(Library.id, Library.name))
    return {row.id: row.name for row in rows}
