"""What stands in the database, asked past the wall."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from stackroom.testing.databases import TestDatabase


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[sa.Connection]:
    engine = sa.create_engine(database.owner_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
