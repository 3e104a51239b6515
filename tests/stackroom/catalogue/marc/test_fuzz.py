"""Whatever happens to real bytes on their way, no record is lost and nothing else is raised."""

import contextlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymarc import Field, Indicators, Record, Subfield, record_to_xml

from stackroom.catalogue.marc import (
    EmptyFile,
    Format,
    HeaderMissing,
    NotMarc,
    Outcome,
    Parsed,
    TitleMissing,
    UnsafeXml,
    extract,
    from_json,
    open_source,
    to_json,
    to_marcxml,
)

FIELDS = [
    Field("001", data="42"),
    Field("020", Indicators(" ", " "), [Subfield("a", "0439023483")]),
    Field("245", Indicators("1", "0"), [Subfield("a", "Emma :"), Subfield("c", "café.")]),
    Field("650", Indicators(" ", "0"), [Subfield("a", "Matchmaking.")]),
]
RECORD = Record(fields=FIELDS, leader="00000nam a2200000 i 4500")
# pymarc writes it, so that it is not our own reading of the format
MARC = RECORD.as_marc()
ELEMENT: bytes = record_to_xml(RECORD, namespace=True)  # type: ignore[no-untyped-call]  # pymarc
MARCXML = b"<collection>" + ELEMENT * 2 + b"</collection>"
SHEET = b'title,author,isbn,year\n"Emma, a novel",Austen,0439023483,1815\nPersuasion,,,\n'
# bytes that mean something to one of the formats
MEANINGFUL = b"\x00\x1b\x1d\x1e\x1f\xff\xe2\xc3\x88<>&'\"/[]!;,\n\r09 az$(B1"


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Overwrite, insert, cut out and double a few bytes."""
    data = bytearray(whole)
    byte = st.sampled_from(MEANINGFUL) | st.integers(0, 255)
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 30))
        match draw(st.sampled_from(["set", "insert", "cut", "double"])):
            case "set" if place < len(data):
                data[place] = draw(byte)
            case "insert":
                data.insert(place, draw(byte))
            case "cut":
                del data[place : place + length]
            case _:
                data[place:place] = data[place : place + length]
    return bytes(data)


def outcomes_of(data: bytes, declared: Format) -> list[Outcome]:
    """Read, and use what was read as the catalogue does; only documented errors may pass."""
    outcomes = list(open_source(BytesIO(data), declared))
    for outcome in outcomes:
        if isinstance(outcome, Parsed):
            document = to_json(outcome.record)
            assert to_json(from_json(document)) == document
            to_marcxml(outcome.record)
            with contextlib.suppress(TitleMissing):
                assert extract(outcome.record).title
    assert [outcome.position for outcome in outcomes] == list(range(1, len(outcomes) + 1))
    return outcomes


@settings(max_examples=400, deadline=None)
@given(damaged(MARC * 3))
def test_damaged_marc_has_an_outcome_for_each_terminator(data: bytes) -> None:
    try:
        outcomes = outcomes_of(data, Format.MARC)
    except (EmptyFile, NotMarc):
        # only the first bytes can make it another kind of file
        assert not data.startswith(MARC[:5])
        return
    behind = data.rpartition(b"\x1d")[2].strip(b"\r\n\x00\x1a \t\xef\xbb\xbf")
    assert len(outcomes) == data.count(b"\x1d") + bool(behind)


@pytest.fixture(scope="module")
def real_records(shared_data: Path) -> list[bytes]:
    """Every encoding and script, and records that are broken already."""
    folder = shared_data / "marc"
    files = [
        "scripts/hebrew.marc",
        "scripts/marccol1.u8.marc",
        "nasty/marc4j/chinese_mangled_multibyte.mrc",
        "nasty/pymarc/bad_records.mrc",
        "nasty/pymarc/test.dat",
    ]
    chunks = [chunk for file in files for chunk in (folder / file).read_bytes().split(b"\x1d")]
    return [chunk + b"\x1d" for chunk in chunks if chunk.strip()]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damaged_real_records_are_all_accounted_for(
    real_records: list[bytes], data: st.DataObject
) -> None:
    raw = data.draw(damaged(MARC + data.draw(st.sampled_from(real_records))))
    with contextlib.suppress(NotMarc, EmptyFile):
        outcomes = outcomes_of(raw, Format.MARC)
        assert len(outcomes) - raw.count(b"\x1d") in {0, 1}


@settings(max_examples=300, deadline=None)
@given(damaged(MARCXML))
def test_damaged_marcxml_raises_only_what_is_documented(data: bytes) -> None:
    with contextlib.suppress(NotMarc, EmptyFile, UnsafeXml):
        outcomes_of(data, Format.MARCXML)


@settings(max_examples=300, deadline=None)
@given(damaged(SHEET))
def test_damaged_sheets_raise_only_what_is_documented(data: bytes) -> None:
    with contextlib.suppress(NotMarc, EmptyFile, HeaderMissing):
        outcomes_of(data, Format.CSV)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | damaged(MARC) | damaged(MARCXML) | damaged(SHEET))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(NotMarc, EmptyFile, UnsafeXml, HeaderMissing):
        outcomes_of(data, Format.AUTO)


@pytest.mark.parametrize("whole", [MARC, MARCXML, SHEET])
def test_the_undamaged_bytes_are_sound(whole: bytes) -> None:
    assert all(isinstance(o, Parsed) and not o.warnings for o in outcomes_of(whole, Format.AUTO))
