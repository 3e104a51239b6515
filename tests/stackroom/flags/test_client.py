"""Flags as Flagsmith evaluates them from a document, for each organisation by itself."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from config import ConfigurationError
from stackroom.flags.client import FlagClient
from stackroom.flags.registry import PUBLIC_CATALOGUE
from tenants.context import Tenant, acting_for
from tenants.lifecycle import Status

KEY = PUBLIC_CATALOGUE.key
Client = Callable[..., FlagClient]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """A client of a document that is made of states, segments and overrides."""

    def make(
        *states: dict[str, Any], segments: Any = (), overrides: dict[str, bool] | None = None
    ) -> FlagClient:
        document = {
            "api_key": "test",
            "name": "Test",
            "feature_states": list(states),
            "project": {"segments": list(segments)},
            "identity_overrides": [
                {"identifier": identifier, "identity_features": [state(enabled)]}
                for identifier, enabled in (overrides or {}).items()
            ],
        }
        path = tmp_path / "flags.json"
        path.write_text(json.dumps(document))
        return FlagClient(path)

    return make


def state(enabled: bool, priority: int | None = None) -> dict[str, Any]:
    return {
        "feature": {"id": 1, "name": KEY, "type": "STANDARD"},
        "enabled": enabled,
        "feature_state_value": None,
        "featurestate_uuid": str(uuid4()),
        "feature_segment": None if priority is None else {"priority": priority},
        "multivariate_feature_state_values": [],
    }


def segment(trait: str, value: str, *, enabled: bool, number: int = 1) -> dict[str, Any]:
    condition = {"operator": "EQUAL", "property_": trait, "value": value}
    return {
        "id": number,
        "name": f"{trait} {value}",
        "rules": [{"type": "ALL", "rules": [], "conditions": [condition]}],
        "feature_states": [state(enabled, priority=number)],
    }


def tenant(number: int = 1, **traits: Any) -> Tenant:
    known = {"slug": "north", "plan": "free", "region": "eu", "library_type": "public", **traits}
    return Tenant(
        id=number, uuid=UUID(int=number), name="North", host="north.test",
        status=Status.ACTIVE, timezone="UTC", **known,
    )  # fmt: skip


def test_the_environment_decides_for_everybody(client: Client) -> None:
    for enabled in (True, False):
        with acting_for(tenant()):
            assert client(state(enabled)).is_on(KEY) is enabled


@pytest.mark.parametrize(
    ("trait", "value"),
    [("plan", "gold"), ("region", "ch"), ("library_type", "school"), ("slug", "harbour")],
)
def test_a_segment_decides_for_those_who_are_in_it(client: Client, trait: str, value: str) -> None:
    made = client(state(False), segments=[segment(trait, value, enabled=True)])
    with acting_for(tenant(1)):
        assert not made.is_on(KEY)
    with acting_for(tenant(2, **{trait: value})):
        assert made.is_on(KEY)


def test_an_override_comes_before_segment_and_default(client: Client) -> None:
    made = client(
        state(False),
        segments=[segment("plan", "gold", enabled=False)],
        overrides={f"tenant:{UUID(int=1)}": True},
    )
    with acting_for(tenant(1, plan="gold")):
        assert made.is_on(KEY)
        assert made.states()[0].reason == "set for this organisation"
    with acting_for(tenant(2, plan="gold")):
        assert not made.is_on(KEY)
        assert made.states()[0].reason == "set for plan gold"


def test_a_changed_plan_counts_as_soon_as_the_organisation_is_read_again(client: Client) -> None:
    made = client(state(False), segments=[segment("plan", "gold", enabled=True)])
    with acting_for(tenant(plan="free")):
        assert not made.is_on(KEY)
    with acting_for(tenant(plan="gold")):
        assert made.is_on(KEY)


def test_a_flag_that_the_document_lacks_keeps_its_registered_default(client: Client) -> None:
    with acting_for(tenant()):
        made = client()
        assert made.is_on(KEY) is PUBLIC_CATALOGUE.default
        assert made.states()[0].reason == "the default; the flag document lacks it"


def test_the_platforms_own_host_sees_the_default(client: Client) -> None:
    assert client(state(not PUBLIC_CATALOGUE.default)).is_on(KEY) is PUBLIC_CATALOGUE.default


def test_an_unregistered_flag_is_an_error_of_the_code(client: Client) -> None:
    with acting_for(tenant()), pytest.raises(KeyError):
        client(state(True)).is_on("misspelt")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"api_key": "x"}', "null", "\0"])
def test_a_broken_document_stops_the_start_and_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"STACKROOM_FLAGS_DOCUMENT: .*broken\.json"):
        FlagClient(path)


def test_a_missing_document_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="STACKROOM_FLAGS_DOCUMENT"):
        FlagClient(tmp_path / "missing.json")


def test_no_network_is_needed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a flag was about to be asked of the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with acting_for(tenant()):
        assert client(state(True)).is_on(KEY)


def test_a_forked_process_makes_a_client_of_its_own(client: Client) -> None:
    made = client(state(True))
    before = made._client()
    child = os.fork()
    if child == 0:
        os._exit(0 if made._client() is not before else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert made._client() is before
