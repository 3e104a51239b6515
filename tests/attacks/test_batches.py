"""Many things in one body: an array, a GraphQL batch, a bulk envelope. v1 has no such thing, and
says so; nothing of it is done."""

from typing import Any
from uuid import uuid4

import pytest

from stackroom.testing.isolation.asking import Asker, filled, own_values
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.references import nobodys
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import snapshot
from stackroom.testing.isolation.ways import Way

pytestmark = pytest.mark.usefixtures("harbour_untouched")
GRAPHQL = {"query": "{ organisations { bibs { id } } }", "variables": {}}


def batches(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "an array of bodies": [body, body],
        "an array of one": [body],
        "a GraphQL batch": [GRAPHQL, GRAPHQL],
        "one GraphQL query": GRAPHQL,
        "a bulk envelope": {"operations": [{"op": "delete", "id": str(uuid4())}]},
        "a JSON patch": [{"op": "replace", "path": "/tenant_id", "value": 1}],
        "a bare text": "tenant_id",
        "a bare number": 1,
    }


def test_a_batch_is_refused_by_every_route_that_reads_a_body(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    plans = [
        (way, own_values(two.north, way)) for way in ways if way.content_type == "application/json"
    ]
    before = snapshot(two.north)
    with matrix("attack", at_least=80) as found:
        for way, values in plans:
            for name, body in batches(filled(way, values)).items():
                answer = asker.send(way, values, json=body)
                refused = answer.status_code in (400, 422)
                leak = "" if refused else f"{answer.status_code} {answer.text[:200]}"
                found.note(way.rule.rule, way.method, f"{name} in place of a body", leak)
    after = snapshot(two.north)
    changed = [table for table in before if before[table] != after[table]]
    assert set(changed) <= {
        "sign_in_sessions",
        "known_devices",
        "audit_entries",
        "audit_transactions",
        "audit_unsealed",
        "webhook_queue",
    }  # the asker's


def test_a_batch_to_a_route_without_a_body_is_not_read(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    """Named records of nobody's, so that whoever read the batch would show it."""
    with matrix("attack", at_least=7) as found:
        for way in ways:
            if not way.writes or way.content_type or not way.is_api or not way.rule.arguments:
                continue
            nothing = {key: nobodys("id of bibs") for key in own_values(two.north, way)}
            answer = asker.send(way, nothing, json=[{"id": str(uuid4())}, GRAPHQL])
            leak = "" if answer.status_code == 404 else f"{answer.status_code} {answer.text[:200]}"
            found.note(way.rule.rule, way.method, "an array nobody asked for", leak)


@pytest.mark.parametrize(
    "address", ["/graphql", "/api/graphql", "/api/v1/graphql", "/api/v1/batch"]
)
def test_nothing_answers_where_batches_are_usually_sent(address: str, asker: Asker) -> None:
    client = asker.house.api("admin")
    assert client.post(address, json=[GRAPHQL]).status_code == 404
