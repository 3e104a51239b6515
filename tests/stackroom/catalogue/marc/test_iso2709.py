from collections.abc import Callable

import pytest

from stackroom.catalogue.marc import (
    Format,
    Outcome,
    Parsed,
    RejectCode,
    Rejected,
    WarningCode,
    extract,
    to_json,
)

Make = Callable[..., bytes]
Read = Callable[..., list[Outcome]]
ReadOne = Callable[..., Parsed]
RejectOne = Callable[..., Rejected]

FIELDS = [("001", b"42"), ("245", b"10\x1faA title :\x1fbwith more."), ("500", b"  \x1faA note.")]


def codes(outcome: Parsed) -> list[WarningCode]:
    return [warning.code for warning in outcome.warnings]


def contents(outcome: Parsed) -> list[object]:
    fields: list[object] = to_json(outcome.record)["fields"]
    return fields


def test_a_sound_record_is_read_without_a_warning(make_raw: Make, read_one: ReadOne) -> None:
    raw = make_raw(FIELDS)
    outcome = read_one(raw)
    assert outcome.warnings == ()
    assert outcome.raw == raw
    assert contents(outcome) == [
        {"001": "42"},
        {
            "245": {
                "ind1": "1",
                "ind2": "0",
                "subfields": [{"a": "A title :"}, {"b": "with more."}],
            }
        },
        {"500": {"ind1": " ", "ind2": " ", "subfields": [{"a": "A note."}]}},
    ]


@pytest.mark.parametrize("claim", [b"00000", b"99999", b"     ", b"2GB!!", b"00050"])
def test_a_wrong_length_in_the_leader_is_not_believed(
    make_raw: Make, read_all: Read, claim: bytes
) -> None:
    raw = make_raw(FIELDS)
    first, second = read_all(claim + raw[5:] + raw)
    assert isinstance(first, Parsed)
    assert isinstance(second, Parsed)
    assert codes(first) == [WarningCode.LEADER_LENGTH_WRONG]
    assert contents(first) == contents(second)


def test_a_wrong_base_address_is_found_anew(make_raw: Make, read_one: ReadOne) -> None:
    raw = make_raw(FIELDS)
    outcome = read_one(raw[:12] + b"99999" + raw[17:])
    assert codes(outcome) == [WarningCode.BASE_ADDRESS_WRONG]
    assert outcome.record["001"].data == "42"


def test_directory_lengths_without_terminators_are_mended(
    make_raw: Make, read_one: ReadOne
) -> None:
    raw = make_raw(FIELDS)
    outcome = read_one(raw.replace(b"001000300000", b"001000200000"))
    assert codes(outcome) == [WarningCode.DIRECTORY_WRONG]
    assert outcome.record["001"].data == "42"


def test_a_directory_in_another_order_than_the_data_is_followed(
    make_raw: Make, read_one: ReadOne
) -> None:
    raw = make_raw([("245", b"10\x1faTitle"), ("001", b"42")])
    entries = raw[24:48]
    outcome = read_one(raw[:24] + entries[12:] + entries[:12] + raw[48:])
    assert [field.tag for field in outcome.record.fields] == ["001", "245"]
    assert outcome.record["001"].data == "42"
    assert outcome.warnings == ()


def test_fields_over_9999_bytes_overflow_the_directory_and_are_read(
    make_raw: Make, read_one: ReadOne
) -> None:
    raw = make_raw([("245", b"10\x1faTitle"), ("500", b"  \x1fa" + b"x" * 9000)])
    longer = raw.replace(b"x" * 9000, b"x" * 120_000)
    outcome = read_one(longer)
    assert WarningCode.DIRECTORY_WRONG in codes(outcome)
    assert len(outcome.record["500"]["a"]) == 120_000


def test_text_that_the_directory_does_not_mention_is_reported(
    make_raw: Make, read_one: ReadOne
) -> None:
    raw = make_raw([("245", b"10\x1faTitle")])
    outcome = read_one(raw[:-1] + b"  \x1faleft over\x1e\x1d")
    assert WarningCode.DATA_UNREFERENCED in codes(outcome)


@pytest.mark.parametrize(
    "directory",
    [b"245", b"24500x600000", b"2!5001000000", b"245000900000245000900000", b"245000199999" * 2],
)
def test_a_senseless_directory_is_rejected(
    make_raw: Make, reject_one: RejectOne, directory: bytes
) -> None:
    raw = make_raw([("245", b"10\x1faTitle")])
    rejected = reject_one(raw[:24] + directory + raw[36:], Format.MARC)
    assert rejected.code is RejectCode.DIRECTORY_INVALID
    assert rejected.raw.endswith(b"Title\x1e\x1d")


def test_a_damaged_record_does_not_take_the_next_along(make_raw: Make, read_all: Read) -> None:
    sound = make_raw(FIELDS)
    outcomes = read_all(sound + sound[40:] + sound)
    assert [type(outcome) for outcome in outcomes] == [Parsed, Rejected, Parsed]


def test_a_terminator_inside_a_record_costs_that_record_only(
    make_raw: Make, read_all: Read
) -> None:
    sound = make_raw(FIELDS)
    outcomes = read_all(sound.replace(b"more", b"m\x1dre") + sound)
    assert [type(outcome) for outcome in outcomes] == [Rejected, Rejected, Parsed]


def test_two_terminators_in_a_row_hold_an_empty_record(make_raw: Make, read_all: Read) -> None:
    first, second = read_all(make_raw(FIELDS) + b"\x1d")
    assert isinstance(first, Parsed)
    assert isinstance(second, Rejected)
    assert second.code is RejectCode.RECORD_EMPTY


@pytest.mark.parametrize("padding", [b"\r\n", b"\n\n", bytes(500), b"\x1a", b" \n"])
def test_padding_at_the_end_is_no_record(make_raw: Make, read_all: Read, padding: bytes) -> None:
    assert len(read_all(make_raw(FIELDS) + padding)) == 1


def test_line_ends_between_records_are_skipped(make_raw: Make, read_all: Read) -> None:
    outcomes = read_all((make_raw(FIELDS) + b"\r\n") * 3)
    assert [codes(outcome) for outcome in outcomes if isinstance(outcome, Parsed)] == [[], [], []]


def test_a_file_that_ends_inside_a_record_says_so(make_raw: Make, read_all: Read) -> None:
    _, last = read_all(make_raw(FIELDS) + make_raw(FIELDS)[:-9])
    assert isinstance(last, Rejected)
    assert (last.position, last.code) == (2, RejectCode.TRUNCATED)


def test_a_record_without_fields_is_rejected(make_raw: Make, reject_one: RejectOne) -> None:
    assert reject_one(make_raw([]), Format.MARC).code is RejectCode.RECORD_EMPTY


def test_control_characters_are_removed_and_reported(make_raw: Make, read_one: ReadOne) -> None:
    raw = make_raw([("008", b"a\x00b"), ("245", b"10\x1faA\x00 ti\x07tle\nin two lines")])
    outcome = read_one(raw)
    assert outcome.record["008"].data == "ab"
    assert outcome.record["245"]["a"] == "A title in two lines"
    assert codes(outcome) == [WarningCode.CONTROL_CHARACTER_REMOVED] * 2
    assert "245" in outcome.warnings[1].message


@pytest.mark.parametrize(
    ("content", "subfields", "indicators"),
    [
        (b"\x1faTitle", [("a", "Title")], "  "),
        (b"1\x1faTitle", [("a", "Title")], "1 "),
        (b"10 \x1faTitle", [("a", "Title")], "10"),
        (b"10Title without a code", [("a", "Title without a code")], "10"),
    ],
)
def test_missing_and_surplus_indicators_are_mended(
    make_raw: Make,
    read_one: ReadOne,
    content: bytes,
    subfields: list[tuple[str, str]],
    indicators: str,
) -> None:
    outcome = read_one(make_raw([("001", b"1"), ("245", content), ("500", b"  \x1fax")]))
    field = outcome.record["245"]
    assert [tuple(subfield) for subfield in field.subfields] == subfields
    assert field.indicator1 + field.indicator2 == indicators
    assert codes(outcome) == [WarningCode.INDICATORS_WRONG]


def test_an_accent_on_a_subfield_code_is_removed(make_raw: Make, read_one: ReadOne) -> None:
    outcome = read_one(make_raw([("245", "10\x1fáTitle".encode())]))
    assert outcome.record["245"]["a"] == "Title"
    assert codes(outcome) == [WarningCode.SUBFIELD_CODE_REPAIRED]


def test_leader_constants_are_restored(make_raw: Make, read_one: ReadOne) -> None:
    raw = make_raw(FIELDS)
    outcome = read_one(raw[:10] + b"\x00\x01" + raw[12:20] + b"45\x00\x02" + raw[24:])
    assert str(outcome.record.leader)[10:12] == "22"
    assert str(outcome.record.leader)[20:] == "4500"
    assert codes(outcome) == [WarningCode.LEADER_REPAIRED]


@pytest.mark.parametrize("kind", ["z ", "w ", "q ", "u ", "x ", "y "])
def test_other_kinds_of_record_are_no_titles(
    make_raw: Make, reject_one: RejectOne, kind: str
) -> None:
    rejected = reject_one(make_raw(FIELDS, kind=kind))
    assert rejected.code is RejectCode.NOT_BIBLIOGRAPHIC


def test_unimarc_is_recognised_before_its_text_is_misread(
    make_raw: Make, reject_one: RejectOne
) -> None:
    coded = b"  \x1fa20210630d1977    m  y0frey50      ba"
    title = b"1 \x1fa\x88Le \x89titre"
    rejected = reject_one(make_raw([("001", b"1"), ("100", coded), ("200", title)], coding=" "))
    assert rejected.code is RejectCode.UNIMARC_UNSUPPORTED


def test_a_person_who_is_named_in_field_100_is_not_unimarc(
    make_raw: Make, read_one: ReadOne
) -> None:
    fields = [("100", b"1 \x1faTwain, Mark,"), ("200", b"  \x1fax"), ("240", b"10\x1faWorks")]
    assert extract(read_one(make_raw(fields)).record).title == "Works"


def test_a_record_of_3000_items_is_read(make_raw: Make, read_one: ReadOne) -> None:
    fields = [("245", b"10\x1faT"), *[("952", b"  \x1fp%05d" % n) for n in range(3000)]]
    assert len(read_one(make_raw(fields)).record.get_fields("952")) == 3000
