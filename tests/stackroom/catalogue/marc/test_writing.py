from io import BytesIO

import pytest
from pymarc import Field, Indicators, Record, Subfield

from stackroom.catalogue.marc import (
    Parsed,
    RecordTooLarge,
    UnwritableRecord,
    from_json,
    open_source,
    to_iso2709,
    to_json,
    to_marcxml,
)


def record_with(*values: str, tag: str = "500") -> Record:
    fields = [{tag: {"ind1": " ", "ind2": " ", "subfields": [{"a": value}]}} for value in values]
    return from_json({"leader": "00000nam a2200000 i 4500", "fields": fields})


def reread(data: bytes) -> Record:
    (outcome,) = open_source(BytesIO(data))
    assert isinstance(outcome, Parsed)
    assert outcome.warnings == ()
    return outcome.record


@pytest.mark.parametrize(
    "text", ["plain", "Čapek, 中文, 😀", "<a href='x'>&amp;\"</a>", " ", "עברית"]
)
def test_what_is_written_is_read_again(text: str) -> None:
    record = record_with(text)
    assert to_json(reread(to_iso2709(record)))["fields"] == to_json(record)["fields"]
    assert to_json(reread(to_marcxml(record))) == to_json(record)


def test_iso2709_states_its_own_lengths() -> None:
    data = to_iso2709(record_with("Čapek"))
    assert int(data[:5]) == len(data)
    assert data[int(data[12:17]) - 1] == 0x1E
    assert data[9:10] == b"a"


def test_the_longest_field_iso2709_can_hold_is_9999_bytes() -> None:
    assert reread(to_iso2709(record_with("x" * 9994)))["500"]["a"] == "x" * 9994
    with pytest.raises(RecordTooLarge, match="Field 500"):
        to_iso2709(record_with("x" * 9995))


def test_a_record_over_99999_bytes_is_refused_with_the_way_out() -> None:
    with pytest.raises(RecordTooLarge, match="MARCXML"):
        to_iso2709(record_with(*["x" * 9000] * 12))


@pytest.mark.parametrize("value", ["a\x1fb", "a\x1e", "a\x1d", "a\x00", "\ud800", "\uffff"])
def test_separators_and_controls_are_not_written(value: str) -> None:
    field = Field("500", Indicators(" ", " "), [Subfield("a", value)])
    record = record_with("x")
    record.fields.append(field)
    for write in (to_iso2709, to_marcxml):
        with pytest.raises(UnwritableRecord, match="500"):
            write(record)


def test_a_tag_that_is_not_three_letters_or_digits_is_not_written() -> None:
    record = record_with("x")
    record.fields.append(Field("5-0", Indicators(" ", " "), [Subfield("a", "x")]))
    with pytest.raises(UnwritableRecord, match="'5-0'"):
        to_iso2709(record)
