from collections.abc import Callable, Iterator

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.house import House
from stackroom.testing.listening import Listener, serving

Listen = Callable[..., Listener]


@pytest.fixture(scope="module")
def port(app: Stackroom) -> Iterator[int]:
    with serving(app) as port:
        yield port


@pytest.fixture
def listen(port: int) -> Iterator[Listen]:
    """`listen(house, role)`: somebody of that house with an open socket."""
    made: list[Listener] = []

    def listen(house: House, role: str = "auditor") -> Listener:
        token = house.api(role).token
        made.append(Listener(port, house.tenant.host, {"Authorization": f"Bearer {token}"}))
        return made[-1]

    yield listen
    for listener in made:
        listener.leave()
