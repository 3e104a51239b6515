import pytest

from stackroom.testing.house import House
from stackroom.testing.inviting import Inviting


@pytest.fixture
def inviting(north: House) -> Inviting:
    return Inviting(north)
