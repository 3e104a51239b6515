"""History is enough to make every row again, as it is and as it was."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from stackroom.audit.diffs import BOOKKEEPING, diff
from stackroom.audit.versioning import version_of
from stackroom.catalogue.models import Bib
from stackroom.testing.house import House

Entries = Callable[..., list[dict[str, Any]]]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12)
MARC = st.lists(st.tuples(st.sampled_from(["245", "500", "650"]), WORDS), max_size=4).map(
    lambda fields: {
        "leader": "00000nam a2200000 a 4500",
        "fields": [
            {tag: {"ind1": " ", "ind2": " ", "subfields": [{"a": text}]}} for tag, text in fields
        ],
    }
)
EDIT = st.fixed_dictionaries(
    {},
    optional={
        "title": WORDS,
        "isbns": st.lists(WORDS, max_size=3),
        "year": st.none() | st.integers(0, 3000),
        "suppressed": st.booleans(),
        "publisher": WORDS,
        "marc": MARC,
    },
)
TRANSACTIONS = st.lists(st.lists(EDIT, max_size=3), max_size=6)
"""Of each transaction the edits, of which each is flushed."""


# The house may be shared: each example makes a record of its own.
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TRANSACTIONS)
def test_the_entries_of_a_record_replay_to_its_present_row(
    north: House, entries: Entries, transactions: list[list[dict[str, Any]]]
) -> None:
    bib = _made(north)
    for edits in transactions:
        _edit(north, bib, edits)
    replayed: dict[str, list[Any]] = defaultdict(list)
    for entry in reversed(entries(subject_id=bib)):
        for change in entry["changes"]:
            _apply(replayed[change["field"]], change)
    with north.work() as session:
        row = session.scalars(sa.select(Bib).where(Bib.id == bib)).one()
        present = [(change.field, change.after) for change in diff(Bib, None, row)]
    held = [(field, value) for field, values in replayed.items() for value in values]
    assert sorted(held, key=repr) == sorted(present, key=repr)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TRANSACTIONS)
def test_the_last_version_is_the_present_row(
    north: House, transactions: list[list[dict[str, Any]]]
) -> None:
    bib = _made(north)
    for edits in transactions:
        _edit(north, bib, edits)
    with north.work() as session:
        version = version_of(Bib)
        row = session.scalars(sa.select(Bib).where(Bib.id == bib)).one()
        last = session.scalars(
            sa.select(version)
            .where(version.id == bib)
            .order_by(version.transaction_id.desc())
            .limit(1)
        ).one()
        assert _columns(last) == _columns(row)


def _made(house: House) -> UUID:
    made = uuid7()
    with house.work() as session:
        marc = {"leader": "00000nam a2200000 a 4500", "fields": []}
        session.add(Bib(id=made, title="", sort_title="", marc=marc))
    return made


def _edit(house: House, bib: UUID, edits: list[dict[str, Any]]) -> None:
    with house.work() as session:
        row = session.scalars(sa.select(Bib).where(Bib.id == bib)).one()
        for edit in edits:
            for name, value in edit.items():
                setattr(row, name, value)
            session.flush()  # an edit is a statement of its own


def _apply(values: list[Any], change: dict[str, Any]) -> None:
    """`before` must be there, or history is not true."""
    if change["before"] is not None:
        values.remove(change["before"])
    if change["after"] is not None:
        values.append(change["after"])


def _columns(row: Any) -> dict[str, Any]:
    names = (column.name for column in Bib.__table__.columns)
    return {name: getattr(row, name) for name in names if name not in BOOKKEEPING}
