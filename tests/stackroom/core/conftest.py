from collections.abc import Iterator

import pytest

from stackroom.testing.servers import redis_for_tests


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    """The address of a real Redis."""
    with redis_for_tests() as url:
        yield url
