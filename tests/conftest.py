"""One migrated database and one app for each test process; each test opens new organisations."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings, Silo, load
from stackroom.app import create_app
from stackroom.core.http import Stackroom
from stackroom.testing import databases
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House, open_house
from tenants.placement import EVERY

pytest_plugins = [
    "stackroom.testing.route_coverage",
    "stackroom.testing.statements",
    "stackroom.testing.isolation.results",
]

SHARED_DATA = Path(
    os.environ.get("STACKROOM_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption(
        "--silo", action="store_true", help="every organisation lives in a second database (ADR 16)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite, questions about roles and plans are not asked; they are no skipped tests."""
    if config.getoption("--database") == "postgresql":
        return
    asked = [item for item in items if item.get_closest_marker("postgresql")]
    config.hook.pytest_deselected(items=asked)
    items[:] = [item for item in items if not item.get_closest_marker("postgresql")]


@pytest.fixture(scope="session")
def dialect(request: pytest.FixtureRequest) -> str:
    chosen: str = request.config.getoption("--database")
    return chosen


@pytest.fixture(scope="session")
def database(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDatabase]:
    with databases.empty(dialect, tmp_path_factory.mktemp("database")) as made:
        databases.migrate(made)
        yield made


@pytest.fixture(scope="session")
def silos(
    request: pytest.FixtureRequest, dialect: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Silo]]:
    """None, unless `--silo` places every organisation apart."""
    if not request.config.getoption("--silo"):
        yield {}
        return
    with databases.empty(dialect, tmp_path_factory.mktemp("silo")) as made:
        databases.migrate(made)
        yield {EVERY: Silo(url=made.app_url, owner_url=made.owner_url)}


@pytest.fixture(scope="session")
def home(database: TestDatabase, silos: dict[str, Silo]) -> TestDatabase:
    """Where the organisations of this run live, for tests that look behind the wall."""
    placed = silos.get(EVERY)
    return TestDatabase(placed.url, placed.owner_url) if placed else database


@pytest.fixture(scope="session")
def settings(
    database: TestDatabase, silos: dict[str, Silo], tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return load(
        STACKROOM_ENV="testing",
        database_url=database.app_url,
        silos=silos,
        data_dir=tmp_path_factory.mktemp("data"),
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Stackroom]:
    from stackroom.core import outbox
    from stackroom.core.database import db

    made = create_app(settings)
    outbox.wake_with(None)  # tests run the worker's part themselves: `house.deliver()`
    yield made
    with made.app_context():
        for engine in db.engines.values():
            engine.dispose()  # an open connection that nobody holds any more is a warning


@pytest.fixture
def north(app: Stackroom) -> House:
    return open_house(app, "north")


@pytest.fixture
def harbour(app: Stackroom) -> House:
    return open_house(app, "harbour")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip("the real records are not beside this repository")
    return SHARED_DATA
