"""SQL in every parameter of every route: addresses, queries, bodies, forms and headers. It is data
like any other: refused, or not found, or kept as it was written."""

from dataclasses import dataclass
from typing import Any

import pytest

from stackroom.testing.isolation.asking import Asker, Values, filled, own_values
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import marks, snapshot
from stackroom.testing.isolation.ways import Field, Way

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("harbour_untouched")]
STRINGS = (
    "' OR '1'='1",
    "'; DROP TABLE bibs; --",
    '" OR tenant_id > 0 --',
    "%' OR 1=1) --",
    "\\'; SELECT set_config('app.tenant', '1', false); --",
    "title:* NEAR(tenant, 1) OR t1",
)
HEADERS = (
    "If_Match",
    "If_None_Match",
    "Idempotency_Key",
    "X_Request_Id",
    "Accept_Language",
    "Range",
)


@dataclass(frozen=True, slots=True)
class Place:
    way: Way
    field: Field

    def values(self, rest: Values, text: str) -> Values:
        return rest | {(self.field.place, *self.field.path): text}


@pytest.fixture(scope="module")
def places(ways: list[Way]) -> list[Place]:
    return [Place(way, field) for way in ways if way.method != "HEAD" for field in way.fields]


def fault(answer: Any, foreign: frozenset[str]) -> str:
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:300]}"
    text = answer.get_data().decode("latin-1")
    seen = sorted(mark for mark in foreign if mark in text)
    return f"tells {seen}" if seen else ""


def test_sql_in_every_field(
    two: Neighbours, places: list[Place], asker: Asker, matrix: Recording
) -> None:
    foreign = marks(two.harbour)
    with matrix("attack", at_least=200) as found:
        for place in places:
            rest = own_values(two.north, place.way)
            answers = [asker.ask(place.way, place.values(rest, text)) for text in STRINGS]
            leak = "; ".join(filter(None, (fault(answer, foreign) for answer in answers)))
            name = ".".join(place.field.path)
            attack = f"SQL in {name} of the {place.field.place}, {len(STRINGS)} ways"
            told = ", ".join(map(str, sorted({answer.status_code for answer in answers})))
            found.note(place.way.rule.rule, place.way.method, attack, leak, told)


def test_sql_in_headers_and_where_there_is_no_field(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    foreign = marks(two.harbour)
    with matrix("attack", at_least=250) as found:
        for way in (way for way in ways if way.is_api and way.method != "HEAD"):
            values = own_values(two.north, way)
            body = filled(way, values) if way.content_type == "application/json" else None
            for header in HEADERS:
                answers = [
                    asker.send(way, values, json=body, **{header: text}) for text in STRINGS[:3]
                ]
                leak = "; ".join(filter(None, (fault(answer, foreign) for answer in answers)))
                attack = f"SQL in {header.replace('_', '-')}"
                found.note(way.rule.rule, way.method, attack, leak)


def test_the_database_is_as_whole_as_before(two: Neighbours) -> None:
    """Each table still answers, and north has everything that furnish() gave it."""
    rows = snapshot(two.north)
    assert [table for table, found in rows.items() if not found and "outbox" not in table] == []
