import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.house import House, open_house
from stackroom.testing.reviews import Campaign


@pytest.fixture
def north(app: Stackroom) -> House:
    return open_house(app, "north", timezone="Europe/Helsinki")


@pytest.fixture
def campaign(north: House) -> Campaign:
    """Of a second admin, Berta, beside the house's own Ada, a librarian and an auditor."""
    made = Campaign(north)
    made.person("berta", "admin")
    return made
