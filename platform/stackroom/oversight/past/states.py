"""Records as they stood: the one place where the values of a version are read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from stackroom.audit import gathering, ids, personal, pseudonyms
from stackroom.audit.diffs import Sealed
from stackroom.audit.models import AuditTransaction
from stackroom.audit.versioning import model_of, subject_type, version_of
from stackroom.core.database import db
from stackroom.oversight.past.kinds import Model

LATEST = 2**63 - 1
"""Behind every transaction."""
AT_ONCE = 5_000
"""Keys in one statement."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class State:
    """A record at one version. `values` by column; of a deletion, those it had last. What history
    seals of a patron stands among them sealed, in `personal` as it was written."""

    model: Model
    values: dict[str, Any]
    version: int
    deleted: bool
    personal: Mapping[str, Any] | None = None

    @property
    def id(self) -> UUID:
        found: UUID = self.values["id"]
        return found

    @property
    def revision(self) -> int:
        return int(self.values["revision"])

    @property
    def kind(self) -> str:
        return subject_type(self.model)

    @property
    def label(self) -> str:
        """As the trail calls it: a patron by the pseudonym."""
        told = pseudonyms.of(self.model)
        if self.personal is not None and told and told.named:
            return pseudonyms.called(self.personal["of"])
        return pseudonyms.label_of(self.model, self.values)

    def opened(self) -> dict[str, Any]:
        """The values with what is sealed among them, to be written again. Raises Destroyed."""
        return self.values | personal.opened(self.model, self.personal)


def values_of(version: Any) -> dict[str, Any]:
    """What a version holds, by column of its record; what history never keeps is left out."""
    model = model_of(type(version))
    excluded = model.__versioned__.get("exclude", ())
    names = (column.name for column in model.__table__.columns if column.name not in excluded)
    sealed = {name: Sealed(value) for name, value in pseudonyms.sealed(version).items()}
    return {name: getattr(version, name) for name in names} | sealed


def state_of(version: Any) -> State:
    deleted = version.operation_type == gathering.DELETE
    kept = getattr(version, "personal", None)
    model = model_of(type(version))
    return State(model, values_of(version), version.transaction_id, deleted, kept)


def behind(at: datetime) -> int:
    """The lowest transaction that came after this microsecond."""
    return ids.first(at) + (1 << ids.LOW_BITS)


def last_before(version: Any, transaction: int) -> sa.ColumnElement[bool]:
    """That a row of `version` is the last of its record before a transaction."""
    other = aliased(sa.inspect(version).mapper.class_)
    newest = sa.select(sa.func.max(other.transaction_id)).where(
        other.id == version.id, other.transaction_id < transaction
    )
    found: sa.ColumnElement[bool] = version.transaction_id == newest.scalar_subquery()
    return found


def states(model: Model, keys: Iterable[UUID], before: int = LATEST) -> dict[UUID, State]:
    """Of each record that was there by then its last version; deletions, too."""
    version = version_of(model)
    found: dict[UUID, State] = {}
    for some in slices(list(keys)):
        last = _lasts(version, some, before)
        here = sa.and_(version.id == last.c.id, version.transaction_id == last.c.at)
        wanted = sa.select(version).join(last, here)
        found |= {row.id: state_of(row) for row in db.session.scalars(wanted)}
    return found


def _lasts(version: Any, keys: Sequence[UUID], before: int) -> sa.Subquery:
    """Of each record the transaction of its last version, all at once: `last_before` would look
    for it anew at each version of a record."""
    other = aliased(version)
    at = sa.func.max(other.transaction_id).label("at")
    wanted = sa.select(other.id, at).where(other.id.in_(keys), other.transaction_id < before)
    return wanted.group_by(other.id).subquery()


def state(model: Model, record_id: UUID, before: int = LATEST) -> State | None:
    return states(model, [record_id], before).get(record_id)


def versions(model: Model, pairs: Sequence[tuple[UUID, int]]) -> dict[UUID, State]:
    """Of each record the version that is named: what restoring and undoing go back to."""
    version = version_of(model)
    key = sa.tuple_(version.id, version.transaction_id)
    found: dict[UUID, State] = {}
    for some in slices(pairs):
        rows = db.session.scalars(sa.select(version).where(key.in_(some)))
        found |= {row.id: state_of(row) for row in rows}
    return found


def history(model: Model, record_id: UUID, limit: int) -> list[State]:
    """The latest versions, newest first."""
    version = version_of(model)
    wanted = sa.select(version).where(version.id == record_id)
    newest = wanted.order_by(version.transaction_id.desc()).limit(limit)
    return [state_of(row) for row in db.session.scalars(newest)]


def transactions(wanted: Iterable[int]) -> dict[int, AuditTransaction]:
    return {
        each.id: each
        for some in slices(sorted(set(wanted)))
        for each in db.session.scalars(
            sa.select(AuditTransaction).where(AuditTransaction.id.in_(some))
        )
    }


def slices(keys: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
