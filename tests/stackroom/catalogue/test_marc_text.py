"""MARC as text in the editor: nothing is lost on the way there and back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackroom.catalogue.marc import Format, Parsed, open_source, to_json
from stackroom.catalogue.marc_text import BadLine, from_text, to_text

LEADER = "=LDR  00000nam\\a2200000\\i\\4500"
VALUES = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Zl", "Zp"]))
VALUES = VALUES.filter(lambda text: "\x85" not in text)
CODES = st.sampled_from("abz0$\\{")


def test_a_record_reads_as_cataloguers_write_it() -> None:
    marc = from_text(f"{LEADER}\n=001  7\n\n=245  1\\$aCost: {{dollar}}5 :$bsub")
    assert marc == {
        "leader": "00000nam a2200000 i 4500",
        "fields": [
            {"001": "7"},
            {"245": {"ind1": "1", "ind2": " ", "subfields": [{"a": "Cost: $5 :"}, {"b": "sub"}]}},
        ],
    }
    assert to_text(marc).split("\n")[2] == "=245  1\\$aCost: {dollar}5 :$bsub"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("=245  10$aTitle", "LDR"),
        (f"{LEADER}\nTitle", "Line 2"),
        (f"{LEADER}\n=24  10$aTitle", "Line 2"),
        (f"{LEADER}\n=245  1$aTitle", "Line 2: write two indicators"),
        (f"{LEADER}\n=245  10$aTitle$", "Line 2: a . needs the code"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(BadLine, match=said):
        from_text(text)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.tuples(CODES, VALUES), max_size=4), VALUES)
def test_any_text_comes_back(subfields: list[tuple[str, str]], control: str) -> None:
    marc = {
        "leader": "00000nam a2200000 i 4500",
        "fields": [
            {"009": control},
            {"500": {"ind1": "#", "ind2": " ", "subfields": [{c: v} for c, v in subfields]}},
        ],
    }
    assert from_text(to_text(marc)) == marc


@pytest.mark.parametrize("file", ["ils/bu_bibs.mrc", "ils/jazz_1k.mrc"])
def test_real_records_come_back(shared_data: Path, file: str) -> None:
    with (shared_data / "marc" / file).open("rb") as stream:
        records = [
            to_json(found.record)
            for found in open_source(stream, Format.AUTO)
            if isinstance(found, Parsed)
        ]
    assert records
    for marc in records:
        assert from_text(to_text(marc)) == marc
