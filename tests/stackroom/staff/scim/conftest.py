"""The directory of an organisation, which comes by an API key that may do this one thing."""

import pytest

from stackroom.testing.directory import Directory, directory_of
from stackroom.testing.house import House


@pytest.fixture
def directory(north: House) -> Directory:
    return directory_of(north)
