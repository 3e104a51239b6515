"""Writes rows as they were: as new versions, set-based, with what hangs on them."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import bulk
from stackroom.audit.diffs import BOOKKEEPING
from stackroom.core.database import db
from stackroom.core.features import Restorer, registry
from stackroom.oversight.past.errors import NotRestorable
from stackroom.oversight.past.judging import Fate
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.states import State, slices, states, versions

Row = Mapping[str, Any]


def restorer_of(model: Model) -> Restorer:
    """Raises NotRestorable."""
    found = registry.restorer(model)
    if isinstance(found, str):
        raise NotRestorable(found)
    return found


def live_rows(model: Model, keys: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Row]:
    """Whole rows as they stand now. `lock`: until the transaction ends."""
    columns = [getattr(model, column.name) for column in model.__table__.columns]
    found: dict[UUID, Row] = {}
    for some in slices(list(keys)):
        wanted = sa.select(*columns).where(model.id.in_(some))
        rows = db.session.execute(wanted.with_for_update() if lock else wanted).mappings()
        found |= {row["id"]: dict(row) for row in rows}
    return found


def target(wanted: State, present: Row) -> Row:
    """`present`: the row as it is now, or as it was last. Raises NotRestorable or Destroyed."""
    stays = BOOKKEEPING | restorer_of(wanted.model).keeps
    values = {name: value for name, value in wanted.opened().items() if name not in stays}
    return {**present, **values}


def targets(model: Model, found: Sequence[Fate], live: Mapping[UUID, Row]) -> list[Row]:
    """Of rows that a batch changed or deleted, as they were before it. A row that is gone goes on
    from its last version. Raises NotRestorable or Destroyed."""
    last = states(model, [fate.id for fate in found if fate.id not in live])
    wanted = versions(model, [(fate.id, fate.was) for fate in found if fate.was is not None])
    return [target(wanted[fate.id], live.get(fate.id) or last[fate.id].opened()) for fate in found]


def set_back(model: Model, rows: Sequence[Row]) -> None:
    """Targets of rows that are there. Raises StaleRows."""
    bulk.update(db.session(), model, rows)
    _settle(model, rows)


def bring_back(model: Model, rows: Sequence[Row]) -> None:
    """Targets of rows that are gone; their revisions go on where they ended. May raise what the
    kind's restorer does, such as PlanLimitReached."""
    if rows:
        restorer_of(model).adding(len(rows))
    again = [{**row, "revision": row["revision"] + 1} for row in rows]
    bulk.insert(db.session(), model, again)
    _settle(model, rows)


def remove(model: Model, rows: Sequence[Row]) -> None:
    """Raises StaleRows, or IntegrityError where something refers to a row."""
    bulk.delete(db.session(), model, rows)


def _settle(model: Model, rows: Sequence[Row]) -> None:
    restorer_of(model).settle([SimpleNamespace(**row) for row in rows])
