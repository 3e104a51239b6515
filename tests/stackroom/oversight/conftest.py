from collections.abc import Iterator

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.listening import Listen, listeners, serving


@pytest.fixture(scope="module")
def port(app: Stackroom) -> Iterator[int]:
    with serving(app) as port:
        yield port


@pytest.fixture
def listen(port: int) -> Iterator[Listen]:
    with listeners(port, "auditor") as listen:
        yield listen
