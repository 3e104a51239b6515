"""Titles over the API: kept, changed without loss, read in every format."""

import io
from typing import Any
from uuid import uuid4

import pytest

from stackroom.catalogue.marc import Format, Parsed, open_source, to_json
from stackroom.testing.house import House

DARKNESS = {
    "title": "The left hand of darkness",
    "author": "Le Guin, Ursula K.",
    "isbns": ["0-441-47812-3"],
    "subjects": ["Science fiction", "Gender--Fiction"],
    "language": "English",
    "year": 1969,
    "publisher": "Ace Books",
}
MARC: dict[str, Any] = {
    "leader": "00000nam a2200000 i 4500",
    "fields": [
        {"001": "ocm42"},
        {"003": "OCoLC"},
        {"008": "260101s1999    xx |||||||||||||||||und d"},
        {"245": {"ind1": "0", "ind2": "0", "subfields": [{"a": "Ἰλιάς"}]}},
        {"999": {"ind1": "7", "ind2": "#", "subfields": [{"q": "kept  as it is "}]}},
    ],
}


def make(house: House, **fields: Any) -> dict[str, Any]:
    answer = house.api("librarian").post("/api/v1/bibs", json={**DARKNESS, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def test_a_title_is_made_from_fields_and_read_back(north: House) -> None:
    api = north.api("librarian")
    answer = api.post("/api/v1/bibs", json=DARKNESS)
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert api.get(answer.headers["Location"]).json == made
    expected = {**DARKNESS, "isbns": ["9780441478125"], "language": "eng"}
    assert {name: made[name] for name in expected} == expected
    assert (made["items_total"], made["items_available"]) == (0, 0)


def test_marc_is_kept_without_loss(north: House) -> None:
    api = north.api("librarian")
    made = api.post("/api/v1/bibs", json={"marc": MARC}).json
    assert (made["title"], made["control_number"], made["control_source"]) == (
        "Ἰλιάς",
        "ocm42",
        "OCoLC",
    )
    assert api.get(f"/api/v1/bibs/{made['id']}/marc").json == MARC


def test_a_changed_field_leaves_the_rest_of_the_marc_alone(north: House) -> None:
    api = north.api("librarian")
    made = api.post("/api/v1/bibs", json={"marc": MARC}).json
    answer = api.patch(f"/api/v1/bibs/{made['id']}", json={"title": "Ilias"})
    assert answer.json["title"] == "Ilias"
    marc = api.get(f"/api/v1/bibs/{made['id']}/marc").json
    expected = [*MARC["fields"]]
    expected[3] = {"245": {"ind1": "0", "ind2": "0", "subfields": [{"a": "Ilias"}]}}
    assert marc == {**MARC, "fields": expected}


def test_null_empties_a_field(north: House) -> None:
    made = make(north)
    answer = north.api("librarian").patch(
        f"/api/v1/bibs/{made['id']}", json={"author": None, "year": None, "subjects": None}
    )
    assert (answer.json["author"], answer.json["year"], answer.json["subjects"]) == ("", None, [])


@pytest.mark.parametrize(
    ("accept", "format_"),
    [("application/marc", Format.MARC), ("application/marcxml+xml", Format.MARCXML)],
)
def test_marc_is_written_in_the_format_asked_for(
    north: House, accept: str, format_: Format
) -> None:
    api = north.api("librarian")
    made = api.post("/api/v1/bibs", json={"marc": MARC}).json
    answer = api.get(f"/api/v1/bibs/{made['id']}/marc", headers={"Accept": accept})
    assert answer.mimetype == accept
    (parsed,) = open_source(io.BytesIO(answer.data), format_)
    assert isinstance(parsed, Parsed)
    assert to_json(parsed.record)["fields"] == MARC["fields"]


def test_a_format_nobody_writes_is_not_acceptable(north: House) -> None:
    made = make(north)
    answer = north.api("librarian").get(
        f"/api/v1/bibs/{made['id']}/marc", headers={"Accept": "image/png"}
    )
    assert (answer.status_code, answer.json["code"]) == (406, "not_acceptable")


def test_a_record_too_long_for_iso_2709_still_comes_as_marcxml(north: House) -> None:
    api = north.api("librarian")
    note = {"520": {"ind1": " ", "ind2": " ", "subfields": [{"a": "long " * 3000}]}}
    made = api.post("/api/v1/bibs", json={"marc": {**MARC, "fields": [*MARC["fields"], note]}}).json
    path = f"/api/v1/bibs/{made['id']}/marc"
    refused = api.get(path, headers={"Accept": "application/marc"})
    assert (refused.status_code, refused.json["code"]) == (409, "record_too_large")
    assert api.get(path, headers={"Accept": "application/marcxml+xml"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"author": "Nobody"}, "body"),
        ({"title": " "}, "title"),
        ({"title": "A\x00B"}, "title"),
        ({"title": "A", "isbns": ["0-441-47812-4"]}, "isbns.0"),
        ({"title": "A", "language": "klingonish"}, "language"),
        ({"title": "A", "year": 0}, "year"),
        ({"title": "A", "material": "brick"}, "material"),
        ({"title": "A", "titel": "B"}, "titel"),
        ({"marc": {"leader": "short", "fields": []}}, "marc"),
        ({"marc": {"leader": MARC["leader"], "fields": []}}, "marc"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(
    north: House, body: dict[str, Any], field: str
) -> None:
    answer = north.api("librarian").post("/api/v1/bibs", json=body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert north.api("librarian").get("/api/v1/bibs").json["total"] == 0


def test_line_breaks_in_a_title_become_blanks(north: House) -> None:
    assert make(north, title="One\nTwo\t Three")["title"] == "One Two Three"


def test_a_control_number_stands_once_for_each_source(north: House) -> None:
    api = north.api("librarian")
    assert api.post("/api/v1/bibs", json={"marc": MARC}).status_code == 201
    answer = api.post("/api/v1/bibs", json={"marc": MARC})
    assert (answer.status_code, answer.json["code"]) == (409, "control_number_taken")
    other = api.post("/api/v1/bibs", json={"marc": MARC, "control_source": "DLC"})
    assert other.status_code == 201


def test_a_stale_change_is_refused(north: House) -> None:
    api, made = north.api("librarian"), make(north)
    path = f"/api/v1/bibs/{made['id']}"
    seen = api.get(path).headers["ETag"]
    fresh = api.patch(path, json={"title": "Second"}, headers={"If-Match": seen})
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] == api.get(path).headers["ETag"] != seen
    for stale in (
        api.patch(path, json={"title": "Third"}, headers={"If-Match": seen}),
        api.delete(path, headers={"If-Match": seen}),
    ):
        assert (stale.status_code, stale.json["code"]) == (412, "precondition_failed")
    assert api.get(path).json["title"] == "Second"


def test_a_deleted_title_is_gone_from_everywhere(north: House) -> None:
    api, made = north.api("librarian"), make(north)
    assert api.delete(f"/api/v1/bibs/{made['id']}").status_code == 204
    assert api.get(f"/api/v1/bibs/{made['id']}").status_code == 404
    assert api.get("/api/v1/bibs?q=darkness").json["total"] == 0
    assert api.get("/api/v1/bibs?isbn=9780441478125").json["total"] == 0


def test_a_title_with_copies_is_not_deleted(north: House) -> None:
    api, made = north.api("librarian"), make(north)
    api.post("/api/v1/items", json={"bib_id": made["id"], "barcode": "1"})
    answer = api.delete(f"/api/v1/bibs/{made['id']}")
    assert (answer.status_code, answer.json["code"]) == (409, "bib_has_items")


@pytest.mark.parametrize("role", ["auditor", "patron"])
def test_who_only_reads_writes_nothing(north: House, role: str) -> None:
    made, api = make(north), north.api(role)
    path = f"/api/v1/bibs/{made['id']}"
    assert api.get(path).status_code == 200
    for answer in (
        api.post("/api/v1/bibs", json=DARKNESS),
        api.patch(path, json={"title": "X"}),
        api.delete(path),
    ):
        assert (answer.status_code, answer.json["permission"]) == (403, "bibs.write")


def test_another_organisations_title_is_as_good_as_none(north: House, harbour: House) -> None:
    made, api = make(north), harbour.api("librarian")

    def answers(bib_id: str) -> list[tuple[int, Any]]:
        path = f"/api/v1/bibs/{bib_id}"
        sent = [
            api.get(path),
            api.get(f"{path}/marc"),
            api.patch(path, json={"title": "X"}),
            api.delete(path),
            api.post("/api/v1/items", json={"bib_id": bib_id, "barcode": "1"}),
        ]
        return [(one.status_code, one.json["detail"]) for one in sent]

    assert answers(made["id"]) == answers(str(uuid4()))
    assert north.api("librarian").get(f"/api/v1/bibs/{made['id']}").json == made


def test_anybody_may_read_where_the_catalogue_is_public(north: House) -> None:
    made, stranger = make(north), north.anonymous()
    assert stranger.get("/api/v1/bibs").json["total"] == 1
    assert stranger.get(f"/api/v1/bibs/{made['id']}").json == made
    assert stranger.get(f"/api/v1/bibs/{made['id']}/marc").status_code == 200
    assert stranger.post("/api/v1/bibs", json=DARKNESS).status_code == 401


@pytest.mark.usefixtures("closed_catalogue")
def test_a_stranger_finds_nothing_where_the_catalogue_is_not_public(north: House) -> None:
    made, stranger = make(north), north.anonymous()
    paths = ("/api/v1/bibs", f"/api/v1/bibs/{made['id']}", f"/api/v1/bibs/{made['id']}/marc")
    for path in paths:
        assert (stranger.get(path).status_code, stranger.get(path).json["code"]) == (
            404,
            "not_found",
        )
        assert north.api("patron").get(path).status_code == 200


def test_a_suppressed_title_is_for_staff(north: House) -> None:
    made = make(north, suppressed=True)
    for reader, status, total in (
        (north.anonymous(), 404, 0),
        (north.api("patron"), 404, 0),
        (north.api("auditor"), 200, 1),
    ):
        assert reader.get(f"/api/v1/bibs/{made['id']}").status_code == status
        assert reader.get("/api/v1/bibs?q=darkness").json["total"] == total
