"""A receiver of its own, and a webhook that leads to it."""

from collections.abc import Iterator

import pytest

from stackroom.testing.delivering import Hook, add_hook
from stackroom.testing.house import House
from stackroom.testing.receiver import Receiver, receiver


@pytest.fixture
def siem() -> Iterator[Receiver]:
    with receiver() as serving:
        yield serving


@pytest.fixture
def hook(north: House, siem: Receiver) -> Hook:
    """Of changes to titles alone."""
    return add_hook(north, siem.url)
