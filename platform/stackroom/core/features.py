"""The manifest of a feature: the only thing `app.py` imports of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Blueprint

from stackroom.core.actor import Actor, ActorType
from stackroom.core.controls import Control
from stackroom.core.permissions import Permission
from tenants.lifecycle import WRITING, Status

Handler = Callable[[UUID, Mapping[str, Any]], None]
"""Runs after the commit with (message id, payload); at least once, so it must be idempotent."""
PageOf = Callable[[UUID], str]
"""The address of a record's page."""
Relation = Callable[[UUID], Any]
"""Selects the ids of records that belong to the history of this one."""
StillMay = Callable[[UUID, Permission], bool]
"""Whether an actor of the open organisation may do this now."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """Shown to whoever may open it; `permission` None: to everyone, `flag` gates it too."""

    label: str
    endpoint: str
    icon: str
    order: int
    permission: Permission | None = None
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the dashboard of whoever holds `permission`, leading to the page behind it.
    `when_none` says what to do first where there is nothing to count yet."""

    label: str
    endpoint: str
    icon: str
    order: int
    permission: Permission
    count: Callable[[], int]
    when_none: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """Counts what a feature keeps of what a plan limits. Features may keep of the same: `of` says
    what this one counts."""

    measure: str
    of: str
    count: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that comes round: run for each organisation by itself, as the system actor, with the
    organisation open. It opens its own transactions and may be run twice."""

    name: str
    every: timedelta
    run: Callable[[], None]
    states: frozenset[Status] = WRITING
    """The states of an organisation in which the chore runs."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Live news of one kind of record: who may hear them, and whether such a record is there in
    the open organisation."""

    name: str
    permission: Permission
    exists: Callable[[UUID], bool]


def _nothing(_: Any) -> None:
    """Nothing hangs on it."""


def _none_stay(_: Sequence[Any]) -> Mapping[UUID, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Restorer:
    """How rows of a kind are set back to what they were. `keeps` names the columns that stay as
    they are now, because verbs of their own write them. The functions run in the transaction."""

    keeps: frozenset[str] = frozenset()
    adding: Callable[[int], None] = _nothing
    """Before so many rows come back; may refuse with a Problem."""
    settle: Callable[[Sequence[Any]], None] = _nothing
    """Brings about what hangs on the rows that were just written, such as an index."""
    must_stay: Callable[[Sequence[Any]], Mapping[UUID, str]] = _none_stay
    """Of rows about to be deleted, those that must not be, each with the reason."""


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    permissions: tuple[Permission, ...] = ()
    api: APIBlueprint | None = None
    web: Blueprint | None = None
    navigation: tuple[NavItem, ...] = ()
    figures: tuple[Figure, ...] = ()
    subscriptions: Mapping[str, Handler] = field(default_factory=dict)
    provision: Callable[[], None] | None = None
    """Adds what a new organisation needs to work at once."""
    meters: tuple[Meter, ...] = ()
    chores: tuple[Chore, ...] = ()
    on_status: Callable[[Status], None] | None = None
    """Called inside the transaction that takes the open organisation to another state."""
    though_read_only: frozenset[str] = frozenset()
    """Topics that are delivered, and may write, while the organisation is suspended or closing."""
    hinders_purge: Callable[[], str] | None = None
    """Why the open organisation must not be purged yet, as a sentence; empty where it may."""
    channels: tuple[Channel, ...] = ()
    controls: tuple[Control, ...] = ()
    pages: Mapping[str, PageOf] = field(default_factory=dict)
    """By kind of record, as the audit trail calls it: `{"bib": …}`."""
    related: Mapping[str, tuple[Relation, ...]] = field(default_factory=dict)
    """By kind of record as well: whose changes belong to its history."""
    audit_pages: tuple[NavItem, ...] = ()
    """Tabs of the audit area, for whoever may open them."""
    still_may: Mapping[ActorType, StillMay] = field(default_factory=dict)
    """Vouches for actors of these kinds while their jobs run."""
    lets_in: Mapping[type, str] = field(default_factory=dict)
    """Models that decide who is in and what they may, and the column that names the person; empty
    where a row decides for everybody. A changed or deleted row reaches their open sockets."""
    restorers: Mapping[type, Restorer | str] = field(default_factory=dict)
    """By versioned model: how its rows go back to what they were, or a sentence that says why
    nobody sets them back by hand."""


class Registry:
    """The features of this process, in the order in which they were assembled."""

    def __init__(self) -> None:
        self.features: tuple[Feature, ...] = ()

    def assemble(self, features: tuple[Feature, ...]) -> None:
        self.features = features

    @property
    def permissions(self) -> tuple[Permission, ...]:
        return tuple(known for feature in self.features for known in feature.permissions)

    @property
    def meters(self) -> tuple[Meter, ...]:
        return tuple(meter for feature in self.features for meter in feature.meters)

    def handler(self, topic: str) -> Handler:
        for feature in self.features:
            if topic in feature.subscriptions:
                return feature.subscriptions[topic]
        raise LookupError(f"no feature subscribes to “{topic}”")

    @property
    def chores(self) -> tuple[Chore, ...]:
        return tuple(chore for feature in self.features for chore in feature.chores)

    def chore(self, name: str) -> Chore:
        """Raises LookupError."""
        for chore in self.chores:
            if chore.name == name:
                return chore
        raise LookupError(f"no feature has a chore “{name}”")

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(known for feature in self.features for known in feature.channels)

    def channel(self, name: str) -> Channel:
        for known in self.channels:
            if known.name == name:
                return known
        raise LookupError(f"no feature declares the channel “{name}”")

    @property
    def controls(self) -> tuple[Control, ...]:
        return tuple(control for feature in self.features for control in feature.controls)

    def control(self, key: str) -> Control:
        """Raises LookupError."""
        for control in self.controls:
            if control.key == key:
                return control
        raise LookupError(f"no feature has a control “{key}”")

    def page_of(self, kind: str, record_id: UUID) -> str:
        """Empty where a kind of record has no page."""
        for feature in self.features:
            if kind in feature.pages:
                return feature.pages[kind](record_id)
        return ""

    @property
    def related(self) -> Mapping[str, tuple[Relation, ...]]:
        found: dict[str, tuple[Relation, ...]] = {}
        for feature in self.features:
            for kind, relations in feature.related.items():
                found[kind] = (*found.get(kind, ()), *relations)
        return found

    def on_status(self, status: Status) -> None:
        for feature in self.features:
            if feature.on_status:
                feature.on_status(status)

    @property
    def though_read_only(self) -> frozenset[str]:
        return frozenset().union(*(feature.though_read_only for feature in self.features))

    def still_may(self, actor: Actor, wanted: Permission) -> bool:
        """For work that outlives the request which asked for it. What nobody vouches for may do
        nothing; Stackroom itself may always."""
        if actor.type is ActorType.SYSTEM:
            return True
        asked = [f.still_may[actor.type] for f in self.features if actor.type in f.still_may]
        return actor.id is not None and any(vouches(actor.id, wanted) for vouches in asked)

    @property
    def lets_in(self) -> dict[type, str]:
        return {model: who for feature in self.features for model, who in feature.lets_in.items()}

    def restorer(self, model: type) -> Restorer | str:
        """Raises LookupError."""
        for feature in self.features:
            if model in feature.restorers:
                return feature.restorers[model]
        raise LookupError(f"no feature says whether a {model.__name__} can be restored")

    def hindrances(self) -> list[str]:
        asked = [feature.hinders_purge for feature in self.features if feature.hinders_purge]
        return [said for ask in asked if (said := ask())]

    def provision(self) -> None:
        for feature in self.features:
            if feature.provision:
                feature.provision()


registry = Registry()
