from datetime import timedelta

import pytest

from stackroom.core.http import Stackroom
from stackroom.operators.support import service
from stackroom.operators.support.permissions import AREAS
from stackroom.testing.console import Staffed, hire
from stackroom.testing.house import House

DAY = timedelta(days=1)


@pytest.fixture
def mia(app: Stackroom) -> Staffed:
    return hire(app)


@pytest.fixture
def open_north(north: House) -> House:
    """North has let support in, to read, for a day."""
    with north.work("admin"):
        service.grant(
            north.account("admin").id, reason="The import stalls", hours=24, scope=list(AREAS),
            may_write=False,
        )  # fmt: skip
    return north
