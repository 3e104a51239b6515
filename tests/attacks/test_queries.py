"""Parameters that no route knows: a nested include, other fields, another organisation, an order by
what is not shown. v1 refuses them, or looks at none; it never does half of it."""

import pytest

from stackroom.testing.isolation.asking import Asker, Told, own_values
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import marks
from stackroom.testing.isolation.ways import Way

pytestmark = pytest.mark.usefixtures("harbour_untouched")
SORTS = (
    "tenant_id", "-password_hash", "id,tenant_id", "title;DROP TABLE bibs", "(SELECT 1)",
    "title DESC", "account.password_hash", "title--",
)  # fmt: skip


def unknown(two: Neighbours) -> dict[str, str]:
    harbour = two.harbour.tenant
    return {
        "include": "items.holdings.library,tenant,patron.account",
        "expand": "organisation.accounts",
        "fields": "id,tenant_id,password_hash,revision",
        "fields[bibs]": "tenant_id",
        "tenant_id": str(harbour.id),
        "tenant": harbour.slug,
        "organisation": harbour.slug,
        "organisation_id": str(harbour.uuid),
        "filter[tenant_id]": str(harbour.id),
        "where": f"tenant_id={harbour.id}",
        "order_by": "tenant_id",
        "unscoped": "true",
        "_method": "DELETE",
    }


@pytest.mark.slow
def test_a_parameter_that_no_route_knows_changes_nothing(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    foreign = marks(two.harbour)
    with matrix("attack", at_least=300) as found:
        for way in (way for way in ways if way.method == "GET"):
            values = own_values(two.north, way)
            plain = Told.of(asker.ask(way, values))
            for name, value in unknown(two).items():
                answer = asker.ask(way, values | {("query", name): value})
                told = Told.of(answer, value)
                refused = answer.status_code == 422 and name in answer.text
                seen = {mark for mark in foreign if mark in told.text and mark != value}
                leak = "" if refused else told.differs_from(plain) if way.is_api else ""
                leak += f"tells {sorted(seen)}" * bool(seen)
                leak += f"{answer.status_code}" * (answer.status_code >= 500)
                found.note(way.rule.rule, "GET", f"?{name}=", leak)


def test_an_order_is_one_of_those_that_are_offered(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    with matrix("attack", at_least=20) as found:
        for way in (way for way in ways if way.method == "GET"):
            values = own_values(two.north, way)
            sorts = any(field.name == "sort" for field in way.fields)
            for order in SORTS if sorts or (way.is_api and not way.rule.arguments) else ():
                answer = asker.ask(way, values | {("query", "sort"): order})
                refused = answer.status_code == 422
                ignored = Told.of(answer, order) == Told.of(asker.ask(way, values))
                leak = "" if refused or ignored else f"{answer.status_code} {answer.text[:200]}"
                found.note(way.rule.rule, "GET", f"?sort={order}", leak)
