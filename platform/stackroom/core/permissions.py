"""What may be done, which shipped roles may do it, and the one decision whether somebody may.
Routes are closed until they say."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from stackroom.core import clock
from stackroom.core.actor import Actor, ActorType
from stackroom.core.errors import (
    AuthenticationRequired,
    FactorRequired,
    PermissionDenied,
    StepUpRequired,
)

View = TypeVar("View", bound=Callable[..., Any])
PROOF_LASTS = timedelta(minutes=15)
"""How long after showing a password or a factor one may do what needs a fresh proof."""


class Reach(StrEnum):
    """What a role that is granted at one library makes of a permission."""

    BRANCH = "branch"
    """Held there, and nowhere else."""
    SHARED = "shared"
    """Held whole: titles, patrons and what else all libraries of an organisation share."""
    WHOLE = "whole"
    """Not held at all: it takes a role for the whole organisation."""


@dataclass(frozen=True, slots=True)
class Permission:
    """`sentence` completes “may …”; `roles` are the shipped roles that hold it."""

    key: str
    sentence: str
    roles: frozenset[str]
    reach: Reach = Reach.WHOLE
    personal: bool = False
    """For people alone: it gives rights to others, or is about one's own account. No API key can
    hold it."""

    @property
    def writes(self) -> bool:
        """Only these may an auditor hold: `….read`, what is one's own, and nothing else."""
        return not (self.is_own or self.key.endswith(".read"))

    @property
    def is_own(self) -> bool:
        """About oneself alone, so that giving it to somebody gives nothing away."""
        return self.key.startswith("me.") or self.key.endswith("_own")


class AuditorWrites(TypeError):
    """A permission to write was given to the auditors, who change nothing, ever."""


def permission(
    key: str, sentence: str, *roles: str, reach: Reach = Reach.WHOLE, personal: bool = False
) -> Permission:
    """Raises AuditorWrites."""
    made = Permission(key, sentence, frozenset(roles), reach, personal)
    if made.writes and "auditor" in roles:
        raise AuditorWrites(key)
    return made


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in force: what it confers, in the whole organisation or at one library."""

    role: str
    permissions: frozenset[str]
    library_id: UUID | None = None

    def confers(self, wanted: Permission, library_id: UUID | None = None) -> bool:
        """Without a library: anywhere. This is the decision; whatever explains it, asks it."""
        if wanted.key not in self.permissions:
            return False
        if self.library_id is None or wanted.reach is Reach.SHARED:
            return True
        return wanted.reach is Reach.BRANCH and library_id in (None, self.library_id)

    def confers_everywhere(self, wanted: Permission) -> bool:
        whole = self.library_id is None or wanted.reach is Reach.SHARED
        return whole and wanted.key in self.permissions


class Host(StrEnum):
    """Where a route answers. A request comes to one of the first three; BOTH are an organisation's
    and the platform's, for the console of the operators shares assets and probes alone."""

    ORGANISATION = "organisation"
    PLATFORM = "platform"
    CONSOLE = "console"
    BOTH = "both"
    EVERY = "every"

    def covers(self, here: "Host") -> bool:
        return self in (here, Host.EVERY) or (self is Host.BOTH and here is not Host.CONSOLE)


@dataclass(frozen=True, slots=True)
class Access:
    """A route's declaration. `permission` is None for a public route, which says `why`."""

    permission: Permission | None
    why: str
    host: Host
    flag: str | None
    open_when_suspended: bool
    writes: bool | None
    public_flag: str | None = None
    asks_who: bool = True
    """False: nobody is looked up and no transaction is opened, as for built assets and probes."""
    step_up: bool = False
    """Whoever asks must have proved lately that it is them."""
    shows_secret: bool = False
    """The answer holds a secret that is shown once, so no copy is kept for a second try."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is signed in, as loaded afresh for this request."""

    id: UUID
    email: str
    name: str
    grants: tuple[Grant, ...]
    session_id: UUID
    channel: str
    kind: ActorType = ActorType.PERSON
    let_in_by: str = ""
    """The admin by whose consent an operator is in an organisation."""
    home: str = "staff.dashboard"
    """The endpoint where they begin."""
    proved_at: datetime | None = None
    """When a password or a factor was last shown in this session; None: never."""
    lacks_factor: bool = False
    """A role of theirs needs a second factor, and until there is one they may only set it up."""
    calls_per_minute: int | None = None
    """Of this credential, where it has a limit of its own."""

    @property
    def actor(self) -> Actor:
        return Actor(self.kind, self.id, self.name)

    @property
    def is_freshly_proved(self) -> bool:
        return self.proved_at is not None and self.proved_at > clock.now() - PROOF_LASTS

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(sorted({grant.role for grant in self.grants}))

    @property
    def permissions(self) -> frozenset[str]:
        """Keys of what they may somewhere."""
        return conferred(self.grants)

    def may(self, wanted: Permission, library_id: UUID | None = None) -> bool:
        return any(grant.confers(wanted, library_id) for grant in self.grants)

    def may_everywhere(self, wanted: Permission) -> bool:
        return any(grant.confers_everywhere(wanted) for grant in self.grants)


_present: ContextVar[Principal | None] = ContextVar("principal", default=None)


def enter(principal: Principal | None) -> None:
    """Only for the request edge, whose context ends with the request."""
    _present.set(principal)


def present() -> Principal | None:
    """Whose rights bound what is done now. None in a job, a command and a sign-up, which the
    platform does itself and which nobody steers by hand."""
    return _present.get()


@contextmanager
def as_the_platform() -> Iterator[None]:
    """What is done inside is bounded by nobody's rights: it carries out what somebody decided who
    had them, such as which role a group gives."""
    token = _present.set(None)
    try:
        yield
    finally:
        _present.reset(token)


def requires(
    wanted: Permission,
    *,
    host: Host = Host.ORGANISATION,
    flag: str | None = None,
    open_when_suspended: bool = False,
    writes: bool | None = None,
    public_flag: str | None = None,
    step_up: bool = False,
    shows_secret: bool = False,
) -> Callable[[View], View]:
    """Declare a route's permission. `flag`: answers 404 where the flag is off.
    `writes`: set True on a GET that leaves an audit event. `public_flag`: open to everybody where
    the flag is on; where it is off, nobody who is not signed in learns that the route is there.
    `step_up`: asks for a fresh proof that it is them, for what a found open browser must not do.
    `shows_secret`: its answer is kept nowhere, so it takes no Idempotency-Key."""
    return _declare(
        Access(
            wanted, "", host, flag, open_when_suspended, writes, public_flag,
            step_up=step_up, shows_secret=shows_secret,
        )
    )  # fmt: skip


def public(
    why: str,
    *,
    host: Host = Host.ORGANISATION,
    flag: str | None = None,
    open_when_suspended: bool = False,
    writes: bool | None = None,
    asks_who: bool = True,
) -> Callable[[View], View]:
    """Declare a route that needs no sign-in, and why it may go without."""
    return _declare(Access(None, why, host, flag, open_when_suspended, writes, asks_who=asks_who))


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.__access__ = access  # type: ignore[attr-defined]
        return view

    return mark


def access_of(view: Callable[..., Any]) -> Access | None:
    return getattr(view, "__access__", None)


def check(access: Access, principal: Principal | None) -> None:
    """Raises AuthenticationRequired or PermissionDenied, which names the permission."""
    if access.permission is None:
        return
    if principal is None:
        raise AuthenticationRequired("Sign in, or send a bearer token.")
    demand(access.permission, principal)


def check_proof(access: Access, principal: Principal | None) -> None:
    """Raises StepUpRequired."""
    if access.step_up and not (principal and principal.is_freshly_proved):
        raise StepUpRequired


def demand(wanted: Permission, principal: Principal) -> None:
    """Raises PermissionDenied, or FactorRequired where a second factor may open the way. For what
    depends on the body; else a route declares it."""
    if not principal.may(wanted):
        if principal.lacks_factor:
            raise FactorRequired
        raise PermissionDenied(
            f"You need the permission “{wanted.key}”: to {wanted.sentence}.", permission=wanted.key
        )


def demand_at(wanted: Permission, library_id: UUID, name: str) -> None:
    """Services ask this of what belongs to one library. Raises PermissionDenied, which names the
    library and the permission."""
    who = present()
    if who and not who.may(wanted, library_id):
        raise PermissionDenied(
            f"At {name} you need the permission “{wanted.key}”: to {wanted.sentence}.",
            permission=wanted.key,
        )


def held_by(roles: Iterable[str], permissions: Iterable[Permission]) -> frozenset[str]:
    wanted = set(roles)
    return frozenset(known.key for known in permissions if known.roles & wanted)


def granted(
    role: str, keys: Iterable[str], library_id: UUID | None, permissions: Iterable[Permission]
) -> Grant:
    """A role as it is in force there: at one library without what takes the whole organisation."""
    held = set(keys)
    reaching = (
        known.key
        for known in permissions
        if known.key in held and (library_id is None or known.reach is not Reach.WHOLE)
    )
    return Grant(role, frozenset(reaching), library_id)


@lru_cache(maxsize=1024)
def conferred(grants: tuple[Grant, ...]) -> frozenset[str]:
    return frozenset().union(*(grant.permissions for grant in grants))
