"""A provider of its own, and a name server for the organisation's domain."""

from collections.abc import Iterator

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.identity_provider import IdentityProvider, identity_provider
from stackroom.testing.name_server import NAME_SERVER, NameServer, name_server


@pytest.fixture
def idp() -> Iterator[IdentityProvider]:
    with identity_provider() as serving:
        yield serving


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    with name_server() as serving:
        yield serving


@pytest.fixture
def dns(app: Stackroom, names: NameServer, monkeypatch: pytest.MonkeyPatch) -> NameServer:
    """Each organisation has a domain of its own, so that tests may share the server."""
    asking = {"dns_servers": (NAME_SERVER,), "dns_port": names.port, "dns_timeout": 1.0}
    monkeypatch.setattr(app, "settings", app.settings.model_copy(update=asking))
    return names
