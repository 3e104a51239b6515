"""Whatever is done to records: their past is what was seen at the time, and it replays to the
present."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from stackroom.audit.diffs import BOOKKEEPING
from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db, transaction
from stackroom.oversight.past.errors import NothingToRestore
from stackroom.oversight.past.service import looking, restoring
from stackroom.oversight.past.states import behind, history, state
from stackroom.testing.house import House
from tenants import context

BEGIN = datetime(2026, 3, 1, 10, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
ACT = st.one_of(
    st.tuples(st.just("write"), WORDS),
    st.tuples(st.just("delete"), st.just("")),
    st.tuples(st.just("restore"), st.integers(0, 5).map(str)),
)
ACTS = st.lists(st.tuples(ACT, st.integers(0, 3)), min_size=1, max_size=7)
"""What is done, and how many seconds after the one before; in the same second, too."""
Values = dict[str, Any] | None


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTS)
def test_as_of_equals_what_was_seen_and_history_ends_at_the_present(
    north: House, acts: list[tuple[tuple[str, str], int]]
) -> None:
    with (
        north.app.app_context(),
        context.acting_for(north.tenant),
        acting_as(Provenance(SYSTEM, Channel.JOB)),
    ):
        live_and_look_back(acts)


def live_and_look_back(acts: list[tuple[tuple[str, str], int]]) -> None:
    kind, at, seen = uuid7(), BEGIN, dict[datetime, Values]()
    for (act, with_what), later in [(("write", ""), 0), *acts]:
        at += timedelta(seconds=later)
        do(kind, act, with_what, at)
        seen[at] = look(kind)
    with transaction():
        for moment, values in seen.items():
            found = state(ItemType, kind, behind(moment))
            assert found
            assert (None if found.deleted else plain(found.values)) == values
        last = history(ItemType, kind, 1)[0]
        assert (None if last.deleted else plain(last.values)) == seen[at]


def do(kind: UUID, act: str, with_what: str, at: datetime) -> None:
    with clock.held_at(at), transaction() as session:
        row = session.scalar(sa.select(ItemType).where(ItemType.id == kind))
        if act == "restore":
            restore(kind, int(with_what))
        elif act == "delete" and row:
            session.delete(row)
        elif act == "write" and row:
            row.name = with_what
        elif act == "write" and state(ItemType, kind) is None:  # an id is never made twice
            session.add(ItemType(id=kind, code=str(kind), name=with_what))


def restore(kind: UUID, place: int) -> None:
    versions = looking.versions("item_type", kind)
    chosen = versions[place % len(versions)].state.version
    try:
        restoring.restore(restoring.propose("item_type", kind, chosen), "As it was")
    except NothingToRestore:
        return


def look(kind: UUID) -> Values:
    """The row itself."""
    with transaction():
        columns = [getattr(ItemType, column.name) for column in ItemType.__table__.columns]
        row = db.session.execute(sa.select(*columns).where(ItemType.id == kind)).mappings().first()
        return plain(dict(row)) if row else None


def plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in BOOKKEEPING}
