"""What may be done, and which shipped roles may do it. Routes are closed until they say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from stackroom.core.actor import Actor, ActorType
from stackroom.core.errors import AuthenticationRequired, PermissionDenied

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Permission:
    """`sentence` completes “may …”; `roles` are the shipped roles that hold it."""

    key: str
    sentence: str
    roles: frozenset[str]
    personal: bool = False
    """For people alone: it gives rights to others, or is about one's own account. No API key can
    hold it."""


def permission(key: str, sentence: str, *roles: str, personal: bool = False) -> Permission:
    return Permission(key, sentence, frozenset(roles), personal)


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
    shows_secret: bool = False
    """The answer holds a secret that is shown once, so no copy is kept for a second try."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is signed in, as loaded afresh for this request."""

    id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    session_id: UUID
    channel: str
    kind: ActorType = ActorType.PERSON
    let_in_by: str = ""
    """The admin by whose consent an operator is in an organisation."""
    home: str = "staff.dashboard"
    """The endpoint where they begin."""
    calls_per_minute: int | None = None
    """Of this credential, where it has a limit of its own."""

    @property
    def actor(self) -> Actor:
        return Actor(self.kind, self.id, self.name)

    def may(self, wanted: Permission) -> bool:
        return wanted.key in self.permissions


def requires(
    wanted: Permission,
    *,
    host: Host = Host.ORGANISATION,
    flag: str | None = None,
    open_when_suspended: bool = False,
    writes: bool | None = None,
    public_flag: str | None = None,
    shows_secret: bool = False,
) -> Callable[[View], View]:
    """Declare a route's permission. `flag`: answers 404 where the flag is off.
    `writes`: set True on a GET that leaves an audit event. `public_flag`: open to everybody where
    the flag is on; where it is off, nobody who is not signed in learns that the route is there.
    `shows_secret`: its answer is kept nowhere, so it takes no Idempotency-Key."""
    return _declare(
        Access(
            wanted, "", host, flag, open_when_suspended, writes, public_flag,
            shows_secret=shows_secret,
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


def demand(wanted: Permission, principal: Principal) -> None:
    """Raises PermissionDenied. For what depends on the body; else a route declares it."""
    if not principal.may(wanted):
        raise PermissionDenied(
            f"You need the permission “{wanted.key}”: to {wanted.sentence}.", permission=wanted.key
        )


def held_by(roles: Iterable[str], permissions: Iterable[Permission]) -> frozenset[str]:
    wanted = set(roles)
    return frozenset(known.key for known in permissions if known.roles & wanted)
