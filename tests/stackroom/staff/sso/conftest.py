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


@pytest.fixture
def dns(app: Stackroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    with name_server() as serving:
        asking = {"dns_servers": (NAME_SERVER,), "dns_port": serving.port, "dns_timeout": 1.0}
        monkeypatch.setattr(app, "settings", app.settings.model_copy(update=asking))
        yield serving
