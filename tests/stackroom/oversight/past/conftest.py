"""What the tests of the past share: a house, its catalogue by API, and imports that are undone."""

import pytest

from stackroom.core.http import Stackroom
from stackroom.files.adapters import files
from stackroom.testing.house import House, open_house
from stackroom.testing.importing import Importer
from stackroom.testing.past import Past


@pytest.fixture
def north(app: Stackroom) -> House:
    return open_house(app, "north", timezone="Europe/Helsinki")


@pytest.fixture
def past(north: House, app: Stackroom) -> Past:
    return Past(north, Importer(files(app.settings)))
