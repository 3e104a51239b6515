from collections.abc import Callable

import pytest

from stackroom.catalogue.marc import Parsed, RejectCode, Rejected, WarningCode
from stackroom.catalogue.marc.encoding import marc8_to_unicode

Make = Callable[..., bytes]
ReadOne = Callable[..., Parsed]
RejectOne = Callable[..., Rejected]


@pytest.mark.parametrize(
    ("marc8", "text"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"caf\xe2e", "café"),
        (b"Vi\xf2\xe3et Nam", "Vi\u1ec7t Nam"),
        (b"\xb1\xa1\xb5", "łŁæ"),
        (b"\x88The \x89end", "\x98The \x9cend"),
        (b"\x1b(NpRAWDA\x1b(B.", "Правда."),
        (b"\x1b)N\xf0\xd2\xc1\xd7\xc4\xc1", "Правда"),
        (b"\x1b(2ye\x1b(B", "שו"),
        (b'\x1b$1!0! !0"\x1b(B end', "一 丁 end"),
        (b"\x1b$1! =\x1b(B", "…"),
        (b"H\x1bb2\x1bsO", "H₂O"),
        (b"m\x1bp3\x1bs", "m³"),
        (b"\x1bga\x1bs", "α"),
        (b"&#x263A; &#x1F600;", "☺ 😀"),
        (b"&#x0000; &#xD800;", "&#x0000; &#xD800;"),
    ],
)
def test_marc8_becomes_composed_unicode(marc8: bytes, text: str) -> None:
    assert marc8_to_unicode(marc8) == text


@pytest.mark.parametrize(
    "illegal",
    [b"\xff", b"caf\xe2", b"\x1b", b"\x1b(", b"\x1bq", b"\x1b$1!0", b"\x1b$1~~~"],
)
def test_marc8_that_means_nothing_is_an_error(illegal: bytes) -> None:
    """pymarc writes to stderr and puts a blank, or drops the byte, for most of these."""
    with pytest.raises(UnicodeDecodeError):
        marc8_to_unicode(b"a" + illegal)


def test_a_record_that_says_marc8_but_is_utf8_is_read_as_utf8(
    make_raw: Make, read_one: ReadOne
) -> None:
    fields = [("100", "1 \x1faČapek, Karel".encode()), ("245", "10\x1faVálka s mloky".encode())]
    outcome = read_one(make_raw(fields, coding=" "))
    assert outcome.record["245"]["a"] == "Válka s mloky"
    assert [w.code for w in outcome.warnings] == [WarningCode.ENCODING_MISLABELLED]


def test_a_record_that_mixes_both_is_read_field_by_field(make_raw: Make, read_one: ReadOne) -> None:
    fields = [("245", b"10\x1faCaf\xe2e"), ("500", "  \x1faCafé".encode())]
    outcome = read_one(make_raw(fields, coding=" "))
    assert outcome.record["245"]["a"] == outcome.record["500"]["a"] == "Café"


def test_the_leader_says_unicode_afterwards(make_raw: Make, read_one: ReadOne) -> None:
    outcome = read_one(make_raw([("245", b"10\x1faCaf\xe2e")], coding=" "))
    assert outcome.record.leader[9] == "a"


@pytest.mark.parametrize(
    ("coding", "content", "where"),
    [
        ("a", b"10\x1faCaf\xe9\x1fbx", "245 $a"),
        ("a", b"10\x1faA title\x1fbCaf\xe9.", "245 $b"),
        ("a", b"1\xe9\x1faA title", "245:"),
        (" ", b"10\x1faA title\x1fc\xcf\xf0\xe0\xe2\xe4\xe0 \xff", "245 $c"),
    ],
)
def test_illegal_bytes_reject_the_record_and_name_the_field(
    make_raw: Make, reject_one: RejectOne, coding: str, content: bytes, where: str
) -> None:
    rejected = reject_one(make_raw([("001", b"1"), ("245", content)], coding=coding))
    assert rejected.code is RejectCode.ENCODING_INVALID
    assert where in rejected.message
    assert content in rejected.raw


def test_text_encoded_twice_over_is_decoded_as_often(make_raw: Make, read_one: ReadOne) -> None:
    twice = "Schrödinger’s".encode().decode("latin-1").encode()
    outcome = read_one(make_raw([("245", b"10\x1fa" + twice)]))
    assert outcome.record["245"]["a"] == "Schrödinger’s"
    assert [w.code for w in outcome.warnings] == [WarningCode.ENCODING_DOUBLED]


@pytest.mark.parametrize("garbled", ["Caf\x82", "Caf\xe0\x80\x80"])
def test_control_codes_in_place_of_letters_are_rejected(
    make_raw: Make, reject_one: RejectOne, garbled: str
) -> None:
    rejected = reject_one(make_raw([("245", b"10\x1fa" + garbled.encode())]))
    assert rejected.code is RejectCode.ENCODING_INVALID


def test_a_character_lost_before_is_reported(make_raw: Make, read_one: ReadOne) -> None:
    outcome = read_one(make_raw([("245", "10\x1faCaf\ufffd".encode())]))
    assert [w.code for w in outcome.warnings] == [WarningCode.REPLACEMENT_CHARACTER]


def test_noncharacters_are_removed(make_raw: Make, read_one: ReadOne) -> None:
    outcome = read_one(make_raw([("245", "10\x1faA\uffff\ufffe title".encode())]))
    assert outcome.record["245"]["a"] == "A title"
    assert [w.code for w in outcome.warnings] == [WarningCode.CONTROL_CHARACTER_REMOVED]


def test_right_to_left_text_stays_as_it_is(make_raw: Make, read_one: ReadOne) -> None:
    title = "زه גדול! \u200fשלום"
    outcome = read_one(make_raw([("245", b"10\x1fa" + title.encode())]))
    assert outcome.record["245"]["a"] == title
    assert outcome.warnings == ()


def test_a_diacritic_on_a_comma_is_reported(make_raw: Make, read_one: ReadOne) -> None:
    """0xE1 is á in Latin-1 and a grave accent in MARC-8: legal, but hardly meant."""
    outcome = read_one(make_raw([("245", b"10\x1faJanssonov\xe1, Tove")], coding=" "))
    assert [w.code for w in outcome.warnings] == [WarningCode.DIACRITIC_MISPLACED]
