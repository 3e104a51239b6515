"""`stackroom seals …`, for whoever runs Stackroom."""

import pytest
from click.testing import CliRunner, Result

from stackroom import cli
from stackroom.testing.house import House
from stackroom.testing.seals import Owner, published


def run(house: House, command: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setattr(cli, "new_app", lambda: house.app)
    return CliRunner().invoke(cli.main, ["seals", command, house.tenant.slug])


def test_seal_verify_rotate_and_list_keys(north: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 checkpoints were made; the latest is 1." in run(north, "seal", monkeypatch).output
    assert "Sound, up to checkpoint 1." in run(north, "verify", monkeypatch).output
    assert "From now on the key" in run(north, "rotate", monkeypatch).output
    listed = run(north, "keys", monkeypatch).output
    assert all(key["id"] in listed for key in published(north))


def test_verify_ends_badly_where_something_was_tampered_with(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.tampers("DELETE FROM audit_checkpoints WHERE tenant_id = :tenant AND number = 2")
    done = run(owner.house, "verify", monkeypatch)
    assert done.exit_code == 1
    assert "Checkpoint 2 is missing" in done.output
