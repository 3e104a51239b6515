"""The isolation matrix: every route with an id × every method, drawn from the app's own url map,
so that a route is covered on the day it is written."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.core.permissions import Host, access_of
from stackroom.testing.furnish import furnish
from stackroom.testing.house import Answer, Api, House, open_house
from tenants.orm import SHARED, Base

IRREGULAR = {
    "account_id": "accounts", "domain_id": "custom_domains", "import_id": "import_jobs",
    "session_id": "sign_in_sessions",
}  # fmt: skip
NOT_A_ROW = {"filename", "entry_id", "position"}
"""Static files; audit entries, whose ids are tested in tests/stackroom/audit; and the place of a
record within an import."""
REJECTED = 2
"""The position that furnish() leaves rejected."""
BODIES: dict[str, dict[str, Any]] = {
    "PATCH /api/v1/domains/<uuid:domain_id>": {"canonical": True},
    "POST /api/v1/patrons/<uuid:patron_id>/blocks": {"reason": "A lost card"},
    "POST /api/v1/patrons/<uuid:patron_id>/sign-in": {"password": "a few quiet words"},
}
"""Bodies that are valid, so that the answer is about the id and not about the body."""


@dataclass
class Two:
    """North looks at what harbour has; both are furnished alike."""

    north: House
    harbour: House
    admin: Api


@pytest.fixture(scope="module")
def two(app: Stackroom) -> Two:
    north, harbour = open_house(app, "north"), open_house(app, "harbour")
    furnish(north)
    furnish(harbour)
    return Two(north, harbour, north.api("admin"))


def routes_with_an_id(app: Stackroom) -> list[tuple[Rule, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access and access.host is not Host.PLATFORM and rule.arguments - NOT_A_ROW:
            found += [(rule, method) for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    return found


def row_of(house: House, parameter: str) -> UUID:
    table = IRREGULAR.get(parameter, parameter.removesuffix("_id") + "s")
    models = {getattr(m.class_, "__tablename__", ""): m.class_ for m in Base.registry.mappers}
    assert table in models, f"tell the isolation matrix which table “{parameter}” names"
    model = models[table]
    rows = sa.select(model.id).order_by(model.id)
    if model.__tenancy__ is SHARED:  # no wall cuts it to the house
        rows = rows.where(model.organisation_id == house.tenant.id)
    with house.work("admin") as session:
        found: UUID | None = session.scalars(rows).first()
    assert found, f"furnish() leaves no row in {table}"
    return found


def build(app: Stackroom, rule: Rule, values: dict[str, Any]) -> str:
    values = values | ({"position": REJECTED} if "position" in rule.arguments else {})
    adapter = app.url_map.bind("any.test")
    method = next(iter(rule.methods or {"GET"}))
    return adapter.build(rule.endpoint, values, method=method, append_unknown=False)


def ask(app: Stackroom, two: Two, rule: Rule, method: str, values: dict[str, UUID]) -> Answer:
    body = BODIES.get(f"{method} {rule.rule}", {}) if method != "GET" else None
    headers = {"X-Request-Id": "matrix", "Accept": "application/json"}
    return two.admin.request(method, build(app, rule, values), json=body, headers=headers)


def test_a_foreign_id_answers_as_an_id_of_nothing(app: Stackroom, two: Two) -> None:
    """The same status and the same bytes, whatever the method."""
    matrix = routes_with_an_id(app)
    assert len(matrix) > 10
    wrong = []
    for rule, method in matrix:
        foreign = {name: row_of(two.harbour, name) for name in rule.arguments - NOT_A_ROW}
        nothing = {name: uuid4() for name in foreign}
        theirs = ask(app, two, rule, method, foreign)
        none = ask(app, two, rule, method, nothing)
        if theirs.status_code != 404 or theirs.data != none.data:
            wrong.append(f"{method} {rule.rule}: {theirs.status_code} {theirs.text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_ids_of_its_own_are_found(app: Stackroom, two: Two) -> None:
    """The matrix proves nothing if the addresses it calls are never right."""
    lost = []
    for rule, method in routes_with_an_id(app):
        if method != "GET":
            continue
        own = {name: row_of(two.north, name) for name in rule.arguments - NOT_A_ROW}
        answer = two.admin.get(build(app, rule, own))
        if answer.status_code not in (200, 302, 303):
            lost.append(f"{rule.rule}: {answer.status_code} {answer.text[:200]}")
    assert not lost, "\n".join(lost)


def test_no_channel_finds_a_foreign_record(two: Two) -> None:
    """A channel is called as the parameter of its record's routes is, without `_id`."""
    assert registry.channels
    for channel in registry.channels:
        own, foreign = (row_of(house, f"{channel.name}_id") for house in (two.north, two.harbour))
        with two.north.work("admin"):
            assert channel.exists(own), channel.name
            assert not channel.exists(foreign), channel.name


def test_harbour_is_untouched_by_the_matrix(app: Stackroom, two: Two) -> None:
    with two.harbour.work("admin") as session:
        for mapper in Base.registry.mappers:
            if "tenant_id" in mapper.local_table.c:
                owners = set(session.scalars(sa.select(mapper.class_.tenant_id)))
                assert owners <= {two.harbour.tenant.id}


def test_lists_and_counts_are_blind_to_the_other(app: Stackroom, two: Two) -> None:
    """Every list of north names no id and no name that belongs to harbour."""
    foreign = set()
    with two.harbour.work("admin") as session:
        for mapper in Base.registry.mappers:
            if "id" in mapper.local_table.c and "tenant_id" in mapper.local_table.c:
                foreign |= {str(found) for found in session.scalars(sa.select(mapper.class_.id))}
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or rule.arguments or not access:
            continue
        if access.host is Host.PLATFORM:
            continue
        text = two.admin.get(rule.rule).text
        assert two.harbour.tenant.slug not in text, rule
        assert not [found for found in foreign if found in text], rule
