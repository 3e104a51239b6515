import os
from collections.abc import Iterator

import pytest

from stackroom.testing import servers


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    """The address of a real Redis."""
    if named := os.environ.get("STACKROOM_TEST_REDIS_URL"):
        yield named
        return
    with servers.redis() as running:
        yield running.url
