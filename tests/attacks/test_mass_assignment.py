"""Somebody adds members to a body that the model does not name, and hopes that they are written."""

import json
from typing import Any
from uuid import uuid4

import pytest

from stackroom.testing.isolation.asking import Asker, filled, own_values
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import snapshot
from stackroom.testing.isolation.ways import UPLOAD, Way

pytestmark = pytest.mark.usefixtures("harbour_untouched")
CHOSEN_ID = str(uuid4())


def members(two: Neighbours) -> dict[str, Any]:
    return {
        "tenant_id": two.harbour.tenant.id,
        "tenant": two.harbour.tenant.slug,
        "organisation": two.harbour.tenant.slug,
        "organisation_id": str(two.harbour.tenant.uuid),
        "id": CHOSEN_ID,
        "revision": 99,
        "status": "purged",
        "created_at": "2001-01-01T00:00:00Z",
        "permissions": ["organisation.write"],
        "__class__": "Organisation",
    }


def test_every_body_of_the_api_refuses_members_it_does_not_name(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    """Not left out in silence: each is named in the answer, and nothing is done."""
    with matrix("attack", at_least=100) as found:
        for way in ways:
            if way.content_type != "application/json":
                continue
            values = own_values(two.north, way)
            known = {field.path[0] for field in way.fields if field.place == "json"}
            for name, value in members(two).items():
                if name in known:
                    continue
                answer = asker.send(way, values, json=filled(way, values) | {name: value})
                named = answer.status_code == 422 and [
                    fault["field"] for fault in answer.json["errors"]
                ] == [name]
                leak = "" if named else f"{answer.status_code} {answer.text[:200]}"
                found.note(way.rule.rule, way.method, f"mass assignment of {name}", leak)


def test_forms_write_no_member_they_do_not_name(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    """A browser may send anything; a form is read by its model, and the rest is not looked at."""
    with matrix("attack", at_least=10) as found:
        for way in ways:
            if (way.is_api and way.content_type != UPLOAD) or not way.writes or not way.example:
                continue
            values = own_values(two.north, way)
            extra = {("form", name): str(value) for name, value in members(two).items()}
            answer = asker.ask(way, values | extra)
            rows = json.dumps(snapshot(two.north), default=str)
            leak = f"{answer.status_code}" * (answer.status_code >= 500)
            leak += "the id was taken" * (CHOSEN_ID in rows)
            found.note(way.rule.rule, way.method, "mass assignment in a form", leak)
