import pytest

from stackroom.testing.house import House
from stackroom.testing.reports import Auditing


@pytest.fixture
def audit(north: House) -> Auditing:
    return Auditing(north)
