"""Every route × method by four callers: nobody, a patron, staff without the permission and staff
with it. Drawn from the app: a new route is asked by all four on the day it is written.

Whoever is refused learns nothing, not even whether the record is there, and has no effect.
"""

from dataclasses import dataclass

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import House, open_house
from stackroom.testing.isolation.asking import Asker, Values, drawn, own_values
from stackroom.testing.isolation.callers import (
    WITHOUT,
    Callers,
    differs,
    fault,
    is_hidden,
    is_open_to_all,
    is_refused,
    told,
)
from stackroom.testing.isolation.references import kind_of, nobodys
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import changed, snapshot
from stackroom.testing.isolation.ways import Way, ways_of_support


@dataclass(slots=True)
class Plan:
    """All that is named is there before anybody asks."""

    house: House
    ways: list[tuple[Way, Values]]
    callers: Callers


@pytest.fixture(scope="module")
def plan(app: Stackroom) -> Plan:
    house = open_house(app, "north")
    furnish_every_table(house)
    ways = [*drawn(house), *ways_of_support(app)]
    closed = [way for way in ways if not is_open_to_all(house, way)]
    callers = Callers.of(house, [wanted for way in closed if (wanted := way.access.permission)])
    asker = Asker(house)
    planned = [(way, own_values(house, way)) for way in closed]
    return Plan(house, [(way, v | asker.revision(way, v)) for way, v in planned], callers)


@pytest.mark.parametrize("caller", WITHOUT)
def test_whoever_may_not_is_told_nothing_and_changes_nothing(
    plan: Plan, caller: str, matrix: Recording
) -> None:
    asker, before = Asker(plan.house), snapshot(plan.house)
    with matrix("caller", at_least=100) as found:
        for way, values in plan.ways:
            wanted = way.access.permission
            token = plan.callers.token(caller, wanted) if wanted else None
            if token is None:
                continue
            answer = asker.ask(way, values, token=token)
            none = nothing(way, values)
            leak = fault(plan.house, way, caller, answer)
            sent = (*values.values(), *none.values())
            leak = leak or differs(answer, asker.ask(way, none, token=token), *sent)
            after = snapshot(plan.house)
            if tables := changed(before, after):
                leak, before = leak or f"changes {tables}", after
            found.note(way.rule.rule, way.method, caller, leak)


def nothing(way: Way, values: Values) -> Values:
    """The same request about records of nobody's."""
    kinds = {(field.place, *field.path): kind_of(way, field) for field in way.fields}
    return {key: nobodys(kinds[key]) if kinds.get(key) else value for key, value in values.items()}


def test_whoever_may_is_not_refused(plan: Plan, matrix: Recording) -> None:
    """What else may be wrong with the request, the permission is enough to be heard."""
    with matrix("caller", at_least=100) as found:
        for way, values in plan.ways:
            if not (way.access.permission and way.access.permission.roles):
                continue
            plan.callers.reinstate()
            answer = Asker(plan.house).ask(way, values)
            refused = is_refused(way, answer) and not is_hidden(plan.house, way)
            broke = answer.status_code >= 500
            leak = told(answer) if refused or broke else ""
            found.note(way.rule.rule, way.method, "staff with it", leak)
