"""A second Stackroom beside the one of the test run: other database, other files, other key."""

from base64 import b64encode
from collections.abc import Iterator

import pytest

from config import load
from stackroom.app import create_app
from stackroom.core import outbox
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.testing import databases
from stackroom.testing.bundles import Home


@pytest.fixture(scope="session")
def here(app: Stackroom) -> Home:
    return Home(app)


@pytest.fixture(scope="session")
def elsewhere(app: Stackroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """On SQLite whatever this run uses, so a run on PostgreSQL moves between the two."""
    folder = tmp_path_factory.mktemp("elsewhere")
    settings = load(
        STACKROOM_ENV="testing",
        database_url=databases.sqlite(folder).app_url,
        data_dir=folder,
        signing_key=b64encode(b"another key, of thirty-two bytes").decode(),
    )
    made = create_app(settings)
    outbox.wake_with(None)
    yield Home(made)
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(params=["leaves", "comes"])
def way(request: pytest.FixtureRequest, here: Home, elsewhere: Home) -> tuple[Home, Home]:
    """From where to where."""
    return (here, elsewhere) if request.param == "leaves" else (elsewhere, here)
