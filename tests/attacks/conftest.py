"""North is the attacker, harbour has what it wants."""

from collections.abc import Iterator

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import Api, open_house
from stackroom.testing.isolation.asking import Asker, drawn
from stackroom.testing.isolation.neighbours import Neighbours, neighbours
from stackroom.testing.isolation.snapshot import snapshot
from stackroom.testing.isolation.ways import Way


@pytest.fixture(scope="module")
def two(app: Stackroom) -> Neighbours:
    return neighbours(app)


@pytest.fixture(scope="session")
def ways(app: Stackroom) -> list[Way]:
    """Of any house: they are the app's."""
    house = open_house(app)
    furnish_every_table(house)
    return drawn(house)


@pytest.fixture(scope="module")
def asker(two: Neighbours) -> Asker:
    return Asker(two.north)


@pytest.fixture(scope="module")
def north_admin(two: Neighbours) -> Api:
    return two.north.api("admin")


@pytest.fixture(scope="module")
def harbour_admin(two: Neighbours) -> Api:
    return two.harbour.api("admin")


@pytest.fixture
def harbour_untouched(two: Neighbours, harbour_admin: Api) -> Iterator[None]:
    """Whatever the test does, harbour's rows stay as they were, one by one."""
    before = snapshot(two.harbour)
    yield
    after = snapshot(two.harbour)
    assert [table for table in before if before[table] != after[table]] == []
