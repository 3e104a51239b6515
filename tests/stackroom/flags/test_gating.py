"""A flag switches a feature for one organisation, and an admin sees that it does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings
from stackroom.testing.house import House
from stackroom.testing.second import second_app


@pytest.fixture
def closed_for_north(settings: Settings, north: House, tmp_path: Path) -> Iterator[House]:
    """North, served by an app whose flag document closes the catalogue of north alone."""
    document = json.loads(settings.flags_document.read_text())
    override = document["identity_overrides"][0]
    override["identifier"] = f"tenant:{north.tenant.uuid}"
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(document))
    with second_app(settings, flags_document=path) as app:
        yield replace(north, app=app)


def test_where_it_is_on_nobody_need_sign_in(north: House) -> None:
    assert north.anonymous().get("/api/v1/bibs").status_code == 200


def test_where_it_is_off_the_feature_is_not_there(closed_for_north: House) -> None:
    answer = closed_for_north.anonymous().get("/api/v1/bibs")
    nothing = closed_for_north.anonymous().get("/api/v1/nothing")
    assert answer.status_code == nothing.status_code == 404


def test_who_may_search_still_does(closed_for_north: House) -> None:
    assert closed_for_north.api("librarian").get("/api/v1/bibs").status_code == 200


def test_another_organisation_is_not_touched(closed_for_north: House, harbour: House) -> None:
    beside = replace(harbour, app=closed_for_north.app)
    assert beside.anonymous().get("/api/v1/bibs").status_code == 200


def test_an_admin_sees_each_flag_and_why(north: House, closed_for_north: House) -> None:
    shown = {
        "key": "public_catalogue",
        "sentence": "The catalogue can be searched without signing in",
        "value": None,
    }
    for house, enabled, reason in (
        (north, True, "the default for everybody"),
        (closed_for_north, False, "set for this organisation"),
    ):
        answer = house.api("admin").get("/api/v1/flags").get_json()
        assert answer["items"] == [{**shown, "enabled": enabled, "reason": reason}]


@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("auditor", 200), ("librarian", 403), ("patron", 403)]
)
def test_who_may_see_the_flags(north: House, role: str, status: int) -> None:
    assert north.api(role).get("/api/v1/flags").status_code == status
