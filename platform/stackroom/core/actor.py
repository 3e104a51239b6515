"""Who acts, through which channel, in which request. Read by the audit on every write."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self
from uuid import UUID


class ActorType(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    """A program, by one of its API keys."""
    OPERATOR = "operator"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class Channel(StrEnum):
    WEB = "web"
    API = "api"
    JOB = "job"
    IMPORT = "import"
    CLI = "cli"


class NoActor(Exception):
    """A write was about to happen in nobody's name."""


@dataclass(frozen=True, slots=True)
class Actor:
    type: ActorType
    id: UUID | None
    label: str

    def as_json(self) -> list[str]:
        return [self.type.value, str(self.id or ""), self.label]

    @classmethod
    def read(cls, given: Any) -> Self:
        """From `as_json`. Raises TypeError or ValueError."""
        kind, actor_id, label = given
        return cls(ActorType(kind), UUID(actor_id) if actor_id else None, str(label))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a change comes from; stored beside each change."""

    actor: Actor
    channel: Channel
    request_id: str = ""
    ip: str = ""
    user_agent: str = ""
    reason: str = ""
    on_behalf_of: str = ""
    """The admin by whose consent an operator is here; else empty."""
    roles: tuple[str, ...] = ()
    """Those the actor held then, by name."""
    by_right: str = ""
    """Key of the permission that let the request in; empty for what the platform does itself."""
    batch_id: UUID | None = None
    """All transactions of one import or bulk operation share it."""


SYSTEM = Actor(ActorType.SYSTEM, None, "Stackroom")
ANONYMOUS = Actor(ActorType.ANONYMOUS, None, "Somebody not signed in")

_provenance: ContextVar[Provenance | None] = ContextVar("provenance", default=None)


def provenance() -> Provenance:
    present = _provenance.get()
    if present is None:
        raise NoActor("say who acts: with acting_as(Provenance(actor, channel))")
    return present


def provenance_or_none() -> Provenance | None:
    return _provenance.get()


@contextmanager
def acting_as(present: Provenance) -> Iterator[Provenance]:
    token = _provenance.set(present)
    try:
        yield present
    finally:
        _provenance.reset(token)


def enter(present: Provenance) -> None:
    """Set without restoring; only for the request edge, whose context ends with the request."""
    _provenance.set(present)


def because(reason: str) -> None:
    """The reason a person gave; it stays with the transaction, which is written as it ends."""
    enter(replace(provenance(), reason=reason))
