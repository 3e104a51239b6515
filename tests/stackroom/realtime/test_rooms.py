"""The chokepoint: a room cannot be of another organisation, and nobody else reaches the server."""

import ast
from pathlib import Path
from uuid import uuid4

import pytest

import stackroom
from stackroom.core.features import registry
from stackroom.realtime.rooms import Room
from stackroom.testing.house import House
from tenants import context
from tenants.errors import NoTenant

PACKAGE = Path(stackroom.__file__).parent
OURS = {
    PACKAGE / "realtime" / "sockets.py", PACKAGE / "realtime" / "managers.py",
    PACKAGE / "testing" / "listening.py",
}  # fmt: skip
SERVER = {"flask_socketio", "socketio", "engineio", "simple_websocket"}


def test_a_room_is_of_the_open_organisation(north: House, harbour: House) -> None:
    record_id = uuid4()
    with context.acting_for(north.tenant):
        ours = Room("import", record_id)
    with context.acting_for(harbour.tenant):
        theirs = Room("import", record_id)
        assert str(theirs) == f"t/{harbour.tenant.uuid}/import/{record_id}"
        assert Room.read(str(theirs)) == theirs
        assert Room.read(str(ours)) is None
    assert ours != theirs


def test_there_is_no_room_without_an_organisation() -> None:
    with pytest.raises(NoTenant):
        Room("import", uuid4())


def test_no_caller_says_whose_a_room_is(north: House, harbour: House) -> None:
    with context.acting_for(north.tenant), pytest.raises(TypeError):
        Room("import", uuid4(), harbour.tenant.uuid)  # type: ignore[call-arg]


def test_channels_are_declared_once_with_a_known_permission() -> None:
    names = [channel.name for channel in registry.channels]
    assert "import" in names
    assert len(names) == len(set(names))
    for channel in registry.channels:
        assert channel.permission in registry.permissions
        assert "/" not in channel.name


def test_no_channel_finds_a_record_of_another_organisation_or_of_none(north: House) -> None:
    with north.work():
        for channel in registry.channels:
            assert channel.exists(uuid4()) is False


def test_only_the_modules_of_the_sockets_touch_their_server() -> None:
    """Whoever held it could emit to any room, and let anybody into one."""
    touching = {path for path in PACKAGE.rglob("*.py") if touches(ast.parse(path.read_text()))}
    assert touching == OURS


def touches(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        named: list[str] = []
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = [node.module or ""]
        elif isinstance(node, ast.Constant) and node.value == "socketio":
            named = ["socketio"]  # app.extensions["socketio"]
        if SERVER & {name.partition(".")[0] for name in named}:
            return True
    return False
