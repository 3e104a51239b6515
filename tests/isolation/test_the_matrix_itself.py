"""The matrix finds what it is there to find, and asks for what it does not know."""

from dataclasses import replace
from functools import wraps
from typing import Any

import pytest

from stackroom.core.http import Stackroom
from stackroom.staff.permissions import ME_READ
from stackroom.testing.isolation.asking import Asker
from stackroom.testing.isolation.attacks import attacks
from stackroom.testing.isolation.callers import STAFF, Callers, fault
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.references import held, kind_of
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import marks, snapshot
from stackroom.testing.isolation.ways import Field, Way, ways

GET_BIB = "catalogue_v1.get_bib"


def way(app: Stackroom, endpoint: str) -> Way:
    return next(each for each in ways(app) if each.rule.endpoint == endpoint)


def test_it_finds_what_somebody_keeps_for_all(
    app: Stackroom, two: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The classic: an answer kept in the process by id alone. Both walls of the database hold."""
    kept: dict[Any, Any] = {}
    view = app.view_functions[GET_BIB]

    @wraps(view)
    def leaking(**arguments: Any) -> Any:
        key = str(arguments)
        if key not in kept:
            kept[key] = view(**arguments)
        return kept[key]

    (attack,) = attacks(two, way(app, GET_BIB))
    assert not attack.leak(Asker(two.north), marks(two.harbour))

    monkeypatch.setitem(app.view_functions, GET_BIB, leaking)
    path = f"/api/v1/bibs/{held(two.harbour, 'id of bibs')}"
    assert two.harbour.api("admin").get(path).status_code == 200
    assert attack.leak(Asker(two.north), marks(two.harbour)).startswith("200 , not 404")


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        (Field("path", ("shelf_mark_id",)), "which table “shelf_mark_id” names"),
        (Field("json", ("parent_id",), is_id=True), "which table “parent_id” names"),
        (Field("json", ("pickup_code",)), "what “pickup_code” of GET /api/v1/bibs/"),
        (Field("form", ("guardian_barcode",)), "what “guardian_barcode” of GET /api/v1/bibs/"),
    ],
)
def test_it_asks_for_what_a_new_field_names(app: Stackroom, field: Field, asked: str) -> None:
    with pytest.raises(AssertionError, match=f"tell the isolation matrix {asked}"):
        kind_of(way(app, GET_BIB), field)


def test_it_asks_for_what_the_report_would_not_know(matrix: Recording) -> None:
    with pytest.raises(AssertionError, match="tell the report what “rout” is"), matrix("rout", 0):
        pass


def test_four_callers_find_a_route_that_asks_for_another_permission(
    app: Stackroom, two: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may all but the one that it should ask for is let in, and makes a title."""
    asked = way(app, "catalogue_v1.create_bib")
    wanted = asked.access.permission
    assert wanted
    callers = Callers.of(two.north, [wanted])
    asker, token = Asker(two.north), callers.token(STAFF, wanted)
    before = snapshot(two.north)
    assert not fault(two.north, asked, STAFF, asker.ask(asked, {}, token=token))
    assert snapshot(two.north) == before

    loose = replace(asked.access, permission=ME_READ)
    monkeypatch.setattr(app.view_functions["catalogue_v1.create_bib"], "__access__", loose)
    answer = asker.ask(asked, {}, token=token)
    assert fault(two.north, asked, STAFF, answer).startswith("201")
    assert snapshot(two.north) != before
