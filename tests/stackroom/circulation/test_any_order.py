"""Whatever is scanned in whatever order, the shelves, the loans and the history agree."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from stackroom.audit.versioning import version_of
from stackroom.catalogue.models import Item, ItemStatus
from stackroom.circulation.errors import Refused
from stackroom.circulation.models import Loan, LoanStatus
from stackroom.circulation.service import lending, returns
from stackroom.core import clock
from stackroom.testing.desk import Desk

ITEMS, PATRONS = ("B1", "B2"), ("P1", "P2")
START, DAYS = datetime(2026, 3, 28, 9, tzinfo=UTC), count(1)
Step = tuple[str, str, str]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["lend", "take back", "send away", "renew"]),
        st.sampled_from(ITEMS),
        st.sampled_from(PATRONS),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture
def crowded(desk: Desk) -> Desk:
    with clock.held_at(START):
        desk.branch("harbour")
        for item in ITEMS:
            desk.item(item)
        for patron in PATRONS:
            desk.patron(patron)
    return desk


# The fixture's house is kept over the examples: the walk goes on from where the last one ended.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_every_walk_keeps_the_invariants(crowded: Desk, steps: Sequence[Step]) -> None:
    for step in steps:
        take(crowded, step)
    with crowded.house.work("auditor") as session:
        assert_items_agree_with_loans(session)
        assert_history_replays(session)


def take(desk: Desk, step: Step) -> None:
    verb, item, patron = step
    try:
        # A day goes by with each scan, so that a renewal can move the due date.
        with clock.held_at(START + timedelta(days=next(DAYS))), desk.house.work() as session:
            match verb:
                case "lend":
                    lending.check_out(item_barcode=item, patron_barcode=patron)
                case "take back":
                    returns.check_in(item_barcode=item)
                case "send away":
                    returns.check_in(item_barcode=item, library="harbour")
                case _:
                    for loan_id in session.scalars(open_loans_of(item)).all():
                        lending.renew(loan_id)
    except Refused:
        pass  # refusals are part of the walk; the transaction has rolled back


def open_loans_of(barcode: str) -> sa.Select[UUID]:
    is_open = Loan.status == LoanStatus.OPEN
    return sa.select(Loan.id).where(is_open, Loan.item.has(Item.barcode == barcode))


def assert_items_agree_with_loans(session: Session) -> None:
    for item in session.scalars(sa.select(Item)):
        open_loans = session.scalars(open_loans_of(item.barcode)).all()
        assert len(open_loans) == (1 if item.status is ItemStatus.CHECKED_OUT else 0)


def assert_history_replays(session: Session) -> None:
    """The last version of each row is the row; no version is lost and none is out of order."""
    for row in (*session.scalars(sa.select(Loan)), *session.scalars(sa.select(Item))):
        version = version_of(type(row))
        told = session.scalars(
            sa.select(version).where(version.id == row.id).order_by(version.transaction_id)
        ).all()
        assert [one.revision for one in told] == list(range(1, row.revision + 1))
        assert told[-1].status == row.status
