import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymarc import Field, Indicators, Leader, Record, Subfield

from stackroom.catalogue.marc import InvalidMarcJson, from_json, to_json

TEXT = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
)
CODE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
DATA_FIELDS = st.builds(
    lambda tag, first, second, pairs: Field(
        tag=tag,
        indicators=Indicators(first, second),
        subfields=[Subfield(code, value) for code, value in pairs],
    ),
    st.from_regex("0[1-9A-Za-z][0-9A-Za-z]|[1-9A-Za-z][0-9A-Za-z]{2}", fullmatch=True),
    CODE | st.just(" "),
    CODE | st.just(" "),
    st.lists(st.tuples(CODE, TEXT), max_size=5),
)
CONTROL_FIELDS = st.builds(
    lambda tag, data: Field(tag=tag, data=data), st.from_regex("00[0-9]", fullmatch=True), TEXT
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    record = Record(fields=draw(st.lists(DATA_FIELDS | CONTROL_FIELDS, max_size=8)))
    record.leader = Leader(draw(st.text(CODE | st.just(" "), min_size=24, max_size=24)))
    return record


@given(records())
def test_nothing_is_lost_on_the_way_and_back(record: Record) -> None:
    document = json.loads(json.dumps(to_json(record)))
    again = from_json(document)
    assert str(again.leader) == str(record.leader)
    assert [(f.tag, f.data, f.indicators) for f in again.fields] == [
        (f.tag, f.data, f.indicators) for f in record.fields
    ]
    assert to_json(again) == document


LEADER = "00000nam a2200000 i 4500"


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({}, "leader"),
        ({"leader": "short", "fields": []}, "leader"),
        ({"leader": LEADER[:-1] + "\x00", "fields": []}, "leader"),
        ({"leader": LEADER}, "fields"),
        ({"leader": LEADER, "fields": {}}, "fields"),
        ({"leader": LEADER, "fields": ["245"]}, "fields[0]"),
        ({"leader": LEADER, "fields": [{"001": "x"}, {"002": "a", "003": "b"}]}, "fields[1]"),
        ({"leader": LEADER, "fields": [{5: "x"}]}, "fields[0]"),
        ({"leader": LEADER, "fields": [{"24": "x"}]}, "fields[0].24"),
        ({"leader": LEADER, "fields": [{"001": 42}]}, "fields[0].001"),
        ({"leader": LEADER, "fields": [{"001": "a\x00"}]}, "fields[0].001"),
        ({"leader": LEADER, "fields": [{"245": "x"}]}, "fields[0].245"),
        ({"leader": LEADER, "fields": [{"245": {"subfields": {}}}]}, "fields[0].245"),
        ({"leader": LEADER, "fields": [{"245": {"ind1": "11", "subfields": []}}]}, "ind1"),
        ({"leader": LEADER, "fields": [{"245": {"ind2": "", "subfields": []}}]}, "ind2"),
        ({"leader": LEADER, "fields": [{"245": {"subfields": [{"ab": "x"}]}}]}, "subfields[0]"),
        ({"leader": LEADER, "fields": [{"245": {"subfields": [{"a": None}]}}]}, "subfields[0]"),
        ({"leader": LEADER, "fields": [{"245": {"subfields": [{"a": "\ud800"}]}}]}, "subfields[0]"),
    ],
)
def test_what_is_no_marc_is_refused_by_place(document: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidMarcJson) as refusal:
        from_json(document)
    assert where in str(refusal.value)


def test_indicators_left_out_are_blank() -> None:
    record = from_json({"leader": LEADER, "fields": [{"245": {"subfields": [{"a": "T"}]}}]})
    assert record["245"].indicators == Indicators(" ", " ")
