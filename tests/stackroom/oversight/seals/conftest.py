import pytest

from stackroom.catalogue.models import ItemType
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House
from stackroom.testing.seals import Owner, seal


@pytest.fixture
def sealed(north: House) -> House:
    """Its first checkpoint seals how it came to be, the second two kinds of items, the third a
    third one."""
    seal(north)
    for names in (("Chart", "Globe"), ("Score",)):
        with north.work() as session:
            session.add_all([ItemType(code=f"x-{name}", name=name) for name in names])
        seal(north)
    return north


@pytest.fixture
def owner(home: TestDatabase, sealed: House) -> Owner:
    return Owner(home, sealed)
