"""Drawing a sample that can be drawn again: by a seed, from what can no longer change."""

import heapq
import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit import ids, narrowing
from stackroom.audit.events import record
from stackroom.audit.filters import Filters
from stackroom.audit.models import AuditEntry
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.oversight.reports import events, queries
from stackroom.oversight.reports.models import ControlRun, ControlSample
from stackroom.oversight.reports.schemas import SampleIn
from stackroom.oversight.reports.service.reading import demand_reading, result

AT_MOST = 1_000_000
"""Entries of a population: so many are hashed within a few seconds."""
FILTERS = ("actor", "action", "subject_type", "q", "since", "until")


def draw(units: Iterable[str], seed: str, size: int) -> list[str]:
    """As `METHOD` in `showing` tells auditors."""
    return heapq.nsmallest(size, units, key=lambda unit: rank(seed, unit))


def rank(seed: str, unit: str) -> bytes:
    return sha256(f"{seed}\n{unit}".encode()).digest()


def take(asked: SampleIn) -> ControlSample:
    """Raises Invalid, NotFound or NotReady."""
    demand_reading()
    seed, now = asked.seed or secrets.token_hex(8), clock.now()
    if asked.control_run_id:
        made = _of_findings(asked, queries.run(asked.control_run_id), seed)
    else:
        made = _of_entries(asked, seed, now)
    made.drawn_by_id, made.drawn_by = provenance().actor.id, provenance().actor.label
    made.id, made.seed, made.drawn_at = uuid7(), seed, now
    db.session.add(made)
    db.session.flush()  # notes refer to it
    record(events.DRAWN, made, seed=seed, size=len(made.units), population=made.population)
    return made


def _of_findings(asked: SampleIn, run: ControlRun, seed: str) -> ControlSample:
    if given := _filters(asked):
        message = "The findings of a run are sampled as they are: leave the filters out."
        raise Invalid.field(next(iter(given)), message)
    rows = result(run).findings["rows"]
    if not rows:
        raise Invalid.field("control_run_id", "This run found nothing to draw from.")
    units = draw(map(str, range(1, len(rows) + 1)), seed, asked.size)
    entries = [entry for unit in units for entry in rows[int(unit) - 1]["entries"]]
    return ControlSample(
        run_id=run.id, asked={}, population=len(rows), units=units, entries=entries
    )


def _of_entries(asked: SampleIn, seed: str, now: datetime) -> ControlSample:
    wanted = _population(asked, now)
    counted = sa.select(sa.func.count()).select_from(wanted.order_by(None).subquery())
    population = db.session.scalar(counted) or 0
    if population == 0:
        raise Invalid.field("since", "No entry fits these filters; widen them.")
    if population > AT_MOST:
        raise Invalid.field("since", f"These are {population:,} entries; narrow the filters.")
    rows = db.session.execute(wanted.execution_options(yield_per=10_000))
    units = draw((f"{transaction}-{position}" for transaction, position in rows), seed, asked.size)
    filters = {**_filters(asked), "before": now.isoformat()}
    return ControlSample(asked=filters, population=population, units=units, entries=units)


def _population(asked: SampleIn, now: datetime) -> sa.Select[int, int]:
    """Ended now: what is written from here on belongs to no sample of today."""
    given = {name: getattr(asked, name) for name in FILTERS}
    narrowed = narrowing.narrowed(Filters.model_validate(given))
    ended = narrowed.where(AuditEntry.transaction_id < ids.first(now)).order_by(None)
    return ended.with_only_columns(AuditEntry.transaction_id, AuditEntry.position)


def _filters(asked: SampleIn) -> dict[str, Any]:
    given: dict[str, Any] = asked.model_dump(mode="json", include=set(FILTERS))
    return {name: value for name, value in given.items() if value}
