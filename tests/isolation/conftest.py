from functools import partial

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.isolation.neighbours import Neighbours, neighbours
from stackroom.testing.isolation.results import Recording, recording


@pytest.fixture(scope="module")
def two(app: Stackroom) -> Neighbours:
    return neighbours(app)


@pytest.fixture
def matrix(request: pytest.FixtureRequest) -> Recording:
    """`with matrix("route", at_least=100) as found:`."""
    return partial(recording, request.config)
