"""Whatever is added, deleted, taken back and changed: the bound agrees with the rows."""

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from stackroom.catalogue.models import Item
from stackroom.catalogue.service import items
from stackroom.core.http import Stackroom
from stackroom.plans import headroom, service
from stackroom.plans.errors import PlanLimitReached
from stackroom.plans.registry import PLANS, Measure
from stackroom.testing.furnish import add_bib, add_item
from stackroom.testing.house import House, open_house

Step = tuple[str, int | str]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["add", "abort", "delete"]), st.integers(0, 4)),
        st.tuples(st.just("plan"), st.sampled_from(["tiny", "roomy", "consortium"])),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_exactly_what_fits_is_let_in(app: Stackroom, steps: list[Step]) -> None:
    """Beside a model that knows nothing but the number of copies and the present limit."""
    house, there, limit = open_house(app, "model", plan="tiny"), 0, PLANS["tiny"].items
    for verb, what in steps:
        if verb == "plan":
            assert isinstance(what, str)
            limit = PLANS[what].items
            with house.work("admin"):
                service.change_plan(what, "as the test wants")
        elif verb == "delete":
            there -= delete(house, int(what))
        else:
            fits = what == 0 or limit is None or there + int(what) <= limit
            assert add(house, int(what), abort=verb == "abort") == fits, (steps, there, limit)
            there += int(what) if fits and verb == "add" else 0
        assert count(house) == there


def add(house: House, number: int, *, abort: bool) -> bool:
    """Whether the plan let them in."""
    with house.work() as session:
        try:
            headroom.require(Measure.ITEMS, adding=number)
        except PlanLimitReached:
            session.rollback()
            return False
        bib = add_bib()
        for _ in range(number):
            add_item(bib, str(uuid7()))
        if abort:
            session.rollback()
    return True


def delete(house: House, number: int) -> int:
    with house.work() as session:
        gone = session.scalars(sa.select(Item).limit(number)).all()
        for item in gone:
            items.delete(item)
        return len(gone)


def count(house: House) -> int:
    with house.work():
        return items.count()
