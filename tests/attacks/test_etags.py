"""North holds the ETag of a row of harbour's, and sends it with ids of its own and of harbour's."""

import pytest

from stackroom.testing.house import Api
from stackroom.testing.isolation.asking import Asker, Told, Values, filled, own_values
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.references import held, kind_of, nobodys, row_id
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.ways import Way

pytestmark = pytest.mark.usefixtures("harbour_untouched")


def test_their_etag_is_not_ours(
    two: Neighbours, north_admin: Api, harbour_admin: Api, harbour_untouched: None
) -> None:
    """Revisions are small numbers, so an ETag of theirs may look like one of ours; it never says
    more than that our own row has, or has not, changed."""
    ours = f"/api/v1/bibs/{row_id(two.north, 'bibs')}"
    theirs = f"/api/v1/bibs/{row_id(two.harbour, 'bibs')}"
    for year in (1931, 1932):
        assert north_admin.patch(ours, json={"year": year}).status_code == 200
    etag = harbour_admin.get(theirs).headers["ETag"]
    assert etag != north_admin.get(ours).headers["ETag"]
    refused = north_admin.patch(ours, json={"year": 1933}, headers={"If-Match": etag})
    assert refused.status_code == 412
    assert north_admin.get(ours).json["year"] == 1932


def test_their_etag_with_their_id_answers_as_for_nothing(
    two: Neighbours, ways: list[Way], asker: Asker, matrix: Recording
) -> None:
    """Neither 412, nor 304, nor done: 404, byte for byte."""
    with matrix("attack", at_least=30) as found:
        for way in (way for way in ways if way.is_api and way.rule.arguments):
            body = filled(way, own_values(two.north, way)) if way.content_type else None
            named = [each for each in way.fields if each.place == "path" and kind_of(way, each)]
            if not named:
                continue  # what is there is the same for every organisation
            foreign: Values = {
                ("path", each.name): held(two.harbour, kind_of(way, each)) for each in named
            }
            none: Values = {("path", each.name): nobodys(kind_of(way, each)) for each in named}
            for header in ("If_Match", "If_None_Match"):
                for etag in ('"1"', '"2"', "*"):
                    theirs = asker.send(way, foreign, json=body, **{header: etag})
                    nothing = asker.send(way, none, json=body, **{header: etag})
                    leak = Told.of(theirs).differs_from(Told.of(nothing))
                    leak += f"{theirs.status_code}" * (theirs.status_code != 404)
                    attack = f"foreign id with {header.replace('_', '-')}: {etag}"
                    found.note(way.rule.rule, way.method, attack, leak)
