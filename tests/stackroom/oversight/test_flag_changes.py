"""A flag that changes in its document is told in the trail of the organisations it changes for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import behind_the_scenes
from stackroom.oversight.flag_changes.service import look
from stackroom.testing.house import House
from stackroom.testing.second import second_app
from tenants import context


def look_for(house: House) -> None:
    app, acts = house.app, acting_as(Provenance(SYSTEM, Channel.JOB))
    with app.app_context(), context.acting_for(house.tenant), acts, behind_the_scenes():
        look()


def told(house: House) -> list[dict[str, str]]:
    answer = house.api("auditor").get("/api/v1/audit/entries?action=flag.changed")
    return [entry["data"] for entry in answer.get_json()["items"]]


@pytest.fixture
def closing(settings: Settings, north: House, tmp_path: Path) -> Settings:
    """Settings whose flag document closes the catalogue of north alone."""
    document = json.loads(settings.flags_document.read_text())
    document["identity_overrides"][0]["identifier"] = f"tenant:{north.tenant.uuid}"
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(document))
    return settings.model_copy(update={"flags_document": path})


def test_a_first_look_tells_nothing(north: House) -> None:
    look_for(north)
    look_for(north)
    assert told(north) == []


def test_a_change_is_told_once_where_it_happens(
    north: House, harbour: House, closing: Settings
) -> None:
    for house in (north, harbour):
        look_for(house)
    with second_app(closing) as app:
        for house in (north, harbour, north):
            look_for(replace(house, app=app))
    [change] = told(north)
    assert (change["before"], change["after"]) == ("on", "off")
    assert change["why"] == "set for this organisation"
    assert told(harbour) == []
