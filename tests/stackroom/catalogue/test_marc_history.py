"""What changed in a MARC record, by field and subfield."""

from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.audit.diffs import FieldChange
from stackroom.audit.pieces import Part
from stackroom.catalogue.differences import compare
from stackroom.catalogue.marc import MarcJson, Parsed, names, open_source, to_json
from stackroom.catalogue.models import Bib
from stackroom.catalogue.service import bibs
from stackroom.testing.house import House

LEADER = "00000nam a2200000 a 4500"


def field(tag: str, indicators: str, *subfields: tuple[str, str]) -> MarcJson:
    pairs = [{code: text} for code, text in subfields]
    return {tag: {"ind1": indicators[0], "ind2": indicators[1], "subfields": pairs}}


def marc(*fields: MarcJson) -> MarcJson:
    return {"leader": LEADER, "fields": [{"001": "7"}, *fields]}


def differing(*fields: MarcJson, before: tuple[MarcJson, ...]) -> list[FieldChange]:
    return compare("marc", marc(*before), marc(*fields))


TITLE = field("245", "10", ("a", "Emma /"), ("c", "by Austen."))
LOVE, ENGLAND, LETTERS = (
    field("650", " 0", ("a", word)) for word in ("Love", "England", "Letters")
)


def test_a_subfield_is_told_by_its_name() -> None:
    edited = field("245", "14", ("a", "The Emma /"), ("c", "by Austen."), ("h", "[text]"))
    (change,) = differing(edited, before=(TITLE,))
    assert (change.field, change.label) == ("marc 245", "245 Title")
    assert change.before == "10 $a Emma / $c by Austen."
    assert change.detail == (
        Part("245 indicators", "10", "14"),
        Part("245 $a Title", "Emma /", "The Emma /"),
        Part("245 $h Medium", None, "[text]"),
    )


def test_repeated_fields_are_matched_with_what_they_were() -> None:
    edited = field("650", " 0", ("a", "England"), ("x", "Fiction"))
    removed, changed = sorted(
        differing(edited, LETTERS, before=(LOVE, ENGLAND, LETTERS)),
        key=lambda change: str(change.after),
        reverse=True,
    )
    assert (removed.before, removed.after) == ("#0 $a Love", None)
    assert changed.detail == (Part("650 $x General subdivision", None, "Fiction"),)


def test_fields_and_subfields_that_only_changed_places_are_told_so() -> None:
    (moved,) = differing(ENGLAND, LETTERS, LOVE, before=(LOVE, ENGLAND, LETTERS))
    assert moved.before == moved.after == "#0 $a Love"
    swapped = field("245", "10", ("c", "by Austen."), ("a", "Emma /"))
    (change,) = differing(swapped, before=(TITLE,))
    (part,) = change.detail
    assert part.before == part.after


def test_the_same_record_has_no_differences() -> None:
    assert differing(TITLE, LOVE, before=(TITLE, LOVE)) == []


def test_a_new_record_is_told_by_its_fields() -> None:
    found = compare("marc", None, marc(TITLE))
    assert [(it.label, it.before, it.after) for it in found] == [
        ("leader", None, LEADER),
        ("001 Control number", None, "7"),
        ("245 Title", None, "10 $a Emma / $c by Austen."),
    ]


@pytest.mark.parametrize(
    ("tag", "code", "told"),
    [
        ("245", "a", "245 $a Title"), ("020", "a", "020 $a Number"), ("500", "a", "500 $a Note"),
        ("599", "a", "599 $a Note"), ("650", "0", "650 $0 Authority record"),
        ("999", "q", "999 $q"),
    ],
)  # fmt: skip
def test_names_of_subfields(tag: str, code: str, told: str) -> None:
    assert names.subfield(tag, code) == told


class TestSentences:
    @pytest.fixture
    def bib(self, north: House) -> UUID:
        with north.work():
            return bibs.create({}, marc=marc(TITLE, LOVE)).id

    def newest(self, house: House, bib: UUID) -> dict[str, Any]:
        auditor = house.api("auditor")
        found = auditor.get("/api/v1/audit/entries", query_string={"subject_id": str(bib)})
        entry: dict[str, Any] = found.get_json()["items"][0]
        return entry

    def edit(self, house: House, bib: UUID, *fields: MarcJson) -> dict[str, Any]:
        with house.work() as session:
            found = session.scalars(sa.select(Bib).where(Bib.id == bib)).one()
            bibs.change(found, {}, marc=marc(*fields))
        return self.newest(house, bib)

    def test_one_subfield_is_told_whole(self, north: House, bib: UUID) -> None:
        edited = field("245", "10", ("a", "Emmas /"), ("c", "by Austen."))
        entry = self.edit(north, bib, edited, LOVE)
        assert entry["sentence"] == (
            "changed 245 $a Title of the title “Emmas” from “Emma /” to “Emmas /”"
        )
        told = {change["field"]: change for change in entry["changes"]}
        assert told["title"]["after"] == "Emmas"
        assert told["marc 245"]["detail"] == [
            {"label": "245 $a Title", "before": "Emma /", "after": "Emmas /"}
        ]
        page = north.api("auditor").get(f"/audit/{entry['id']}").text
        assert "<dt>245 Title</dt>" in page
        assert "245 $a Title: <del>" in page

    def test_a_field_that_came_is_told_by_its_subfield(self, north: House, bib: UUID) -> None:
        note = field("500", "  ", ("a", "Signed."))
        assert self.edit(north, bib, TITLE, LOVE, note)["sentence"] == (
            "set 500 $a Note of the title “Emma” to “Signed.”"
        )

    def test_a_subfield_that_came_is_told_alone(self, north: House, bib: UUID) -> None:
        edited = field("245", "10", ("a", "Emma /"), ("c", "by Austen."), ("h", "text"))
        assert self.edit(north, bib, edited, LOVE)["sentence"] == (
            "set 245 $h Medium of the title “Emma” to “text”"
        )

    def test_a_new_order_is_told(self, north: House, bib: UUID) -> None:
        self.edit(north, bib, TITLE, LOVE, ENGLAND)
        entry = self.edit(north, bib, TITLE, ENGLAND, LOVE)
        assert entry["sentence"] == "moved 650 Subject of the title “Emma” to another place"
        page = north.api("auditor").get(f"/audit/{entry['id']}").text
        assert "<em>changed places</em>" in page


def test_real_records_are_told_apart_to_the_last_subfield(north: House, shared_data: Path) -> None:
    """Of each record of a library one subfield is changed: that one is told, and nothing else."""
    stream = BytesIO((shared_data / "marc" / "ils" / "jazz_1k.mrc").read_bytes())
    outcomes = [outcome for _, outcome in zip(range(60), open_source(stream), strict=False)]
    seen = 0
    for document in (to_json(it.record) for it in outcomes if isinstance(it, Parsed)):
        changed = deepcopy(document)
        place, tag = next(
            (n, tag) for n, it in enumerate(changed["fields"]) for tag in it if tag == "245"
        )
        ((code, text),) = changed["fields"][place][tag]["subfields"][0].items()
        changed["fields"][place][tag]["subfields"][0] = {code: f"{text} changed"}
        (found,) = compare("marc", document, changed)
        assert found.detail == (Part(names.subfield(tag, code), text, f"{text} changed"),)
        assert compare("marc", document, deepcopy(document)) == []
        seen += 1
    assert seen > 50
