"""Many people of two organisations writing at once, and what history must tell afterwards."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.catalogue.models import ItemType
from stackroom.core.actor import SYSTEM, Actor, ActorType, Channel, Provenance, acting_as
from stackroom.core.database import serving
from stackroom.core.http import Stackroom
from stackroom.staff.events import SIGNED_IN
from stackroom.testing.house import House, open_house

Told = Counter[tuple[str, str, str]]
"""How often (actor, action, label of the record) is told."""


@contextmanager
def acting(house: House, actor: Actor) -> Iterator[Session]:
    with (
        house.app.app_context(),
        acting_as(Provenance(actor, Channel.API)),
        serving(house.tenant) as session,
    ):
        yield session


@dataclass(frozen=True, slots=True)
class Writer:
    """One person at work. `shared` is a record that everybody of the organisation changes;
    `pause` is called in the middle of each transaction, for others to run."""

    house: House
    actor: Actor
    shared: UUID
    count: int
    pause: Callable[[], None]

    def work(self) -> None:
        for number in range(self.count):
            self._make(f"{self.actor.label} {number}")
            self._change(f"{self.actor.label} {number}")

    def _make(self, name: str) -> None:
        with acting(self.house, self.actor) as session:
            session.add(ItemType(code=name, name=name))
            session.flush()  # written, and not yet committed, while others run
            self.pause()
            record(SIGNED_IN, label=name)

    def _change(self, name: str) -> None:
        try:
            with acting(self.house, self.actor) as session:
                row = session.scalars(sa.select(ItemType).where(ItemType.id == self.shared)).one()
                self.pause()
                row.name = name
        except StaleDataError:  # somebody else was first
            self._change(name)

    @property
    def expected(self) -> Told:
        names = [f"{self.actor.label} {number}" for number in range(self.count)]
        actions = ("item_type.created", "item_type.updated", SIGNED_IN.action)
        return Counter((self.actor.label, action, name) for action in actions for name in names)


def writers(app: Stackroom, people: int, count: int, pause: Callable[[], None]) -> list[Writer]:
    """`people` in two organisations, half in each."""
    hired = []
    for name in ("north", "harbour"):
        house, shared = open_house(app, name), uuid7()
        with acting(house, SYSTEM) as session:
            session.add(ItemType(id=shared, code="shared", name="Shared"))
        for number in range(people // 2):
            actor = Actor(ActorType.PERSON, uuid7(), f"{name} {number}")
            hired.append(Writer(house, actor, shared, count, pause))
    return hired


def faults(hired: list[Writer]) -> list[str]:
    """What history tells wrongly, too often, or not at all; empty if it is true."""
    wanted: Told = Counter()
    for writer in hired:
        wanted += writer.expected
    houses = {writer.house.tenant.id: writer for writer in hired}.values()
    found: Told = Counter()
    broken: list[str] = []
    for writer in houses:
        with acting(writer.house, SYSTEM) as session:
            found += _told(session)
            broken += _gaps(session, writer.shared)
    missing = [f"missing: {line}" for line in (wanted - found).elements()]
    return [*missing, *(f"too much: {line}" for line in (found - wanted).elements()), *broken]


def _told(session: Session) -> Told:
    """Every entry of the writers, and beside each row's entry its version."""
    version = version_of(ItemType)
    lines = session.execute(
        sa.select(AuditTransaction.actor_label, AuditEntry.action, AuditEntry.subject_label)
        .join(AuditEntry, AuditEntry.transaction_id == AuditTransaction.id)
        .outerjoin(
            version,
            sa.and_(
                version.transaction_id == AuditTransaction.id,
                version.id == AuditEntry.subject_id,
                version.name == AuditEntry.subject_label,
            ),
        )
        .where(AuditTransaction.actor_id.is_not(None))  # leaves out what made the organisation
        .where(sa.or_(AuditEntry.data.is_not(None), version.id.is_not(None)))
    )
    return Counter((actor, action, label) for actor, action, label in lines)


def _gaps(session: Session, shared: UUID) -> list[str]:
    """Versions of one record follow each other without a gap, in the order of transactions."""
    version = version_of(ItemType)
    revisions = session.scalars(
        sa.select(version.revision).where(version.id == shared).order_by(version.transaction_id)
    )
    return [f"revision {b} follows {a}" for a, b in pairwise(revisions) if b != a + 1]
