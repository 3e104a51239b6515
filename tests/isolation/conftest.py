import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.isolation.neighbours import Neighbours, neighbours


@pytest.fixture(scope="module")
def two(app: Stackroom) -> Neighbours:
    return neighbours(app)
