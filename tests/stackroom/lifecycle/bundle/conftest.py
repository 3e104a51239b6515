"""A second Stackroom beside the one of the test run: other database, other files, other key."""

from collections.abc import Iterator

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.bundles import Home, second_home


@pytest.fixture(scope="session")
def here(app: Stackroom) -> Home:
    return Home(app)


@pytest.fixture(scope="session")
def elsewhere(here: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """On SQLite whatever this run uses, so a run on PostgreSQL moves between the two."""
    with second_home(tmp_path_factory.mktemp("elsewhere")) as made:
        yield made


@pytest.fixture(params=["leaves", "comes"])
def way(request: pytest.FixtureRequest, here: Home, elsewhere: Home) -> tuple[Home, Home]:
    """From where to where."""
    return (here, elsewhere) if request.param == "leaves" else (elsewhere, here)
