"""Edits of fields flow into MARC and lose nothing else."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymarc import Record

from stackroom.catalogue.editing import Edits, blank, edit
from stackroom.catalogue.marc import (
    Format,
    MarcJson,
    MaterialType,
    Parsed,
    TitleMissing,
    extract,
    from_json,
    open_source,
    to_json,
)

DUNE: MarcJson = {
    "leader": "01234cam a2200301 a 4500",
    "fields": [
        {"001": "ocm123"},
        {"008": "840101s1984    nyu      b    001 0 eng d"},
        {"020": {"ind1": " ", "ind2": " ", "subfields": [
            {"a": "0441172717 (pbk.) :"}, {"c": "$4"},
        ]}},
        {"020": {"ind1": " ", "ind2": " ", "subfields": [{"z": "123"}]}},
        {"100": {"ind1": "1", "ind2": " ", "subfields": [
            {"a": "Herbert, Frank,"}, {"d": "1920-1986,"}, {"e": "author."}, {"0": "(DE-588)1"},
        ]}},
        {"245": {"ind1": "1", "ind2": "4", "subfields": [
            {"6": "880-01"}, {"a": "The dunes :"}, {"b": "a story /"}, {"c": "Frank Herbert."},
        ]}},
        {"260": {"ind1": " ", "ind2": " ", "subfields": [
            {"a": "New York :"}, {"b": "Ace,"}, {"c": "c1984."},
        ]}},
        {"500": {"ind1": " ", "ind2": " ", "subfields": [{"a": "  Two  blanks stay. "}]}},
        {"650": {"ind1": " ", "ind2": "0", "subfields": [{"a": "Deserts"}, {"v": "Fiction."}]}},
        {"653": {"ind1": " ", "ind2": " ", "subfields": [{"a": "sand"}, {"a": "worms"}]}},
        {"949": {"ind1": "?", "ind2": "#", "subfields": [{"i": "local"}]}},
    ],
}  # fmt: skip


def changed(edits: Edits, marc: MarcJson = DUNE) -> tuple[Record, dict[str, list[Any]]]:
    """The record after the edits, and by tag what its fields are then."""
    record = from_json(marc)
    edit(record, edits)
    tags: dict[str, list[Any]] = {}
    for field in to_json(record)["fields"]:
        for tag, content in field.items():
            tags.setdefault(tag, []).append(content)
    return record, tags


def others(marc: MarcJson, *tags: str) -> list[Any]:
    return [field for field in marc["fields"] if not field.keys() & set(tags)]


def pairs(content: Any) -> list[tuple[str, str]]:
    return [pair for subfield in content["subfields"] for pair in subfield.items()]


def test_a_title_is_split_at_its_colon_and_the_rest_of_the_field_stays() -> None:
    record, tags = changed({"title": "The dunes : another story"})
    assert pairs(tags["245"][0]) == [
        ("6", "880-01"),
        ("a", "The dunes :"),
        ("b", "another story /"),
        ("c", "Frank Herbert."),
    ]
    assert (tags["245"][0]["ind1"], tags["245"][0]["ind2"]) == ("1", "4")
    assert extract(record).title == "The dunes : another story"


def test_another_article_is_not_skipped_in_sorting() -> None:
    record, tags = changed({"title": "Sand"})
    assert tags["245"][0]["ind2"] == "0"
    assert extract(record).sort_title == "sand"


def test_another_author_keeps_the_relator_but_not_the_number_of_the_former() -> None:
    _, tags = changed({"author": "Doe, Jane"})
    assert pairs(tags["100"][0]) == [("a", "Doe, Jane"), ("e", "author.")]


def test_an_isbn_that_is_taken_out_leaves_the_invalid_one() -> None:
    record, tags = changed({"isbns": ["9780441478125"]})
    assert extract(record).isbns == ("9780441478125",)
    assert [pairs(field) for field in tags["020"]] == [[("z", "123")], [("a", "9780441478125")]]


def test_an_isbn_that_stays_keeps_its_qualifier_and_price() -> None:
    _, tags = changed({"isbns": ["9780441172719", "9780441478125"]})
    assert pairs(tags["020"][0]) == [("a", "0441172717 (pbk.) :"), ("c", "$4")]


def test_subjects_come_and_go_one_by_one() -> None:
    record, tags = changed({"subjects": ["Deserts--Fiction", "worms", "Spice--Trade"]})
    assert set(extract(record).subjects) == {"Deserts--Fiction", "worms", "Spice--Trade"}
    assert pairs(tags["653"][0]) == [("a", "worms")]
    assert pairs(tags["650"][0]) == [("a", "Deserts"), ("v", "Fiction.")]


def test_a_year_is_changed_in_the_code_and_in_the_words() -> None:
    record, tags = changed({"year": 1990})
    assert tags["008"] == ["840101s1990    nyu      b    001 0 eng d"]
    assert pairs(tags["260"][0])[2] == ("c", "c1990.")
    assert extract(record).year == 1990


@pytest.mark.parametrize(
    ("edits", "tags"),
    [
        ({"title": "Sand"}, ["245"]),
        ({"author": ""}, ["100"]),
        ({"language": "ger"}, ["008"]),
        ({"year": None}, ["008", "260"]),
        ({"publisher": "Chilton"}, ["260"]),
        ({"edition": "2nd ed."}, ["250"]),
        ({"subjects": []}, ["650", "653"]),
        ({"control_number": "7", "control_source": "X"}, ["001", "003"]),
    ],
)
def test_only_the_fields_that_hold_it_are_touched(edits: Edits, tags: list[str]) -> None:
    record, _ = changed(edits)
    assert others(to_json(record), *tags) == others(DUNE, *tags)


def test_the_form_sent_back_unchanged_leaves_every_byte() -> None:
    fields = extract(from_json(DUNE))
    record, _ = changed(
        {
            "title": fields.title,
            "author": fields.author or "",
            "isbns": list(fields.isbns),
            "subjects": list(fields.subjects),
            "language": fields.language or "",
            "year": fields.year,
            "publisher": fields.publisher or "",
            "edition": fields.edition or "",
            "material": fields.material_type,
        }
    )
    assert to_json(record) == DUNE


def test_every_kind_of_material_can_be_chosen() -> None:
    for material in MaterialType:
        record = blank(date(2026, 1, 1))
        edit(record, {"title": "Something", "material": material})
        assert extract(record).material_type is material


@pytest.mark.parametrize(
    "file",
    [
        "ils/bu_bibs.mrc",
        "ils/jazz_1k.mrc",
        "folio_edge/880_245_to_246.mrc",
        "gpo_nist_utf8/nist_monograph_utf8.mrc",
    ],
)
def test_the_title_of_real_records_is_edited_and_every_other_field_survives(
    shared_data: Path, file: str
) -> None:
    seen = 0
    with (shared_data / "marc" / file).open("rb") as stream:
        for parsed in open_source(stream, Format.AUTO):
            if isinstance(parsed, Parsed) and _has_title(parsed.record):
                before = to_json(parsed.record)
                edit(parsed.record, {"title": "Quite another title"})
                after = to_json(parsed.record)
                assert others(after, "245") == others(before, "245")
                assert after["leader"] == before["leader"]
                assert extract(parsed.record).title == "Quite another title"
                seen += 1
    assert seen


def _has_title(record: Record) -> bool:
    try:
        extract(record)
    except TitleMissing:
        return False
    return True


WORDS = st.text("abcÉß 日-", min_size=1, max_size=12).map(lambda text: f"x{text}x".strip())


@settings(deadline=None)  # the machine may be busy
@given(
    title=WORDS,
    author=WORDS | st.just(""),
    year=st.integers(1000, 2100) | st.none(),
    publisher=WORDS | st.just(""),
    language=st.sampled_from(["", "eng", "ger"]),
    subjects=st.lists(WORDS.map(lambda text: text.replace("-", "")), max_size=3, unique=True),
    marc=st.sampled_from([DUNE, to_json(blank(date(2026, 1, 1)))]),
)
def test_what_is_written_is_what_is_read(marc: MarcJson, **edits: Any) -> None:
    edits = {name: _settled(value) for name, value in edits.items()}
    record, _ = changed(Edits(**edits), marc)  # type: ignore[typeddict-item] # drawn by name
    fields = extract(record)
    assert fields.title == edits["title"]
    assert (fields.author or "", fields.year) == (edits["author"], edits["year"])
    assert (fields.publisher or "", fields.language or "") == (
        edits["publisher"],
        edits["language"],
    )
    assert set(fields.subjects) == set(edits["subjects"])


def _settled(value: Any) -> Any:
    """White space as the schemas leave it."""
    if isinstance(value, list):
        return list(dict.fromkeys(_settled(one) for one in value))
    return " ".join(value.split()) if isinstance(value, str) else value
