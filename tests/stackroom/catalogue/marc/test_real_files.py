"""Every real file, with the exact counts of what becomes of its records."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from pymarc import Record

from stackroom.catalogue.marc import (
    ItemFields,
    ItemMapping,
    MarcError,
    MarcJson,
    Outcome,
    Parsed,
    RecordTooLarge,
    Rejected,
    TitleMissing,
    extract,
    from_json,
    items,
    open_source,
    to_iso2709,
    to_json,
    to_marcxml,
)

with (Path(__file__).parent / "real_files.csv").open(newline="") as table:
    EXPECTED = list(csv.DictReader(table))
RECORD_FILES = [row for row in EXPECTED if row["read"].isdigit()]
READABLE = [row["path"] for row in RECORD_FILES]


@pytest.fixture(scope="module")
def marc_files(shared_data: Path) -> Path:
    return shared_data / "marc"


def read(path: Path) -> list[Outcome]:
    with path.open("rb") as stream:
        return list(open_source(stream))


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def tally(codes: list[str]) -> str:
    return " ".join(f"{code}:{count}" for code, count in sorted(Counter(codes).items()))


def has_title(outcome: Parsed) -> bool:
    try:
        return bool(extract(outcome.record).title)
    except TitleMissing:
        return False


@pytest.mark.slow  # all files together
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: row["path"])
def test_a_file_has_these_outcomes(marc_files: Path, expected: dict[str, str]) -> None:
    path = marc_files / expected["path"]
    if not expected["read"].isdigit():
        with pytest.raises(MarcError) as refusal:
            read(path)
        assert refusal.value.code == expected["read"]
        return
    outcomes = read(path)
    parsed = [outcome for outcome in outcomes if isinstance(outcome, Parsed)]
    rejected = [outcome.code for outcome in outcomes if isinstance(outcome, Rejected)]
    warned = [code for outcome in parsed for code in {w.code for w in outcome.warnings}]
    assert [outcome.position for outcome in outcomes] == list(range(1, len(outcomes) + 1))
    assert {
        "path": expected["path"],
        "read": str(len(outcomes)),
        "parsed": str(len(parsed)),
        "untitled": str(sum(not has_title(outcome) for outcome in parsed)),
        "rejected": tally([code.value for code in rejected]),
        "warned": tally([code.value for code in warned]),
    } == expected


def test_no_file_is_left_out(marc_files: Path) -> None:
    found = {path.relative_to(marc_files).as_posix() for path in marc_files.rglob("*.*")}
    assert found == {row["path"] for row in EXPECTED}


@pytest.mark.parametrize("expected", RECORD_FILES, ids=lambda row: row["path"])
def test_the_counts_are_those_of_the_file(marc_files: Path, expected: dict[str, str]) -> None:
    """Counted without our reader: terminators, or the leaders of MARCXML."""
    data = content(marc_files / expected["path"])
    counted = data.count(b"\x1d")
    if data.lstrip().startswith(b"<"):
        # every MARC record here has one leader; SRU's own <record> has none
        counted = len(re.findall(rb"<(?:\w+:)?leader\b", data))
    # the third record stands behind the place where the XML breaks
    unreachable = 1 if expected["path"] == "nasty/ruby-marc/three-records-second-bad.xml" else 0
    assert counted - unreachable == int(expected["read"])


def parsed_records(path: Path) -> Iterator[Record]:
    with path.open("rb") as stream:
        for outcome in open_source(stream):
            if isinstance(outcome, Parsed):
                yield outcome.record


@pytest.mark.slow  # all files together
@pytest.mark.parametrize("path", READABLE)
def test_records_survive_json(marc_files: Path, path: str) -> None:
    for record in parsed_records(marc_files / path):
        document = to_json(record)
        assert to_json(from_json(json.loads(json.dumps(document)))) == document


@pytest.mark.slow  # all files together
@pytest.mark.parametrize("path", READABLE)
def test_records_survive_marcxml(marc_files: Path, path: str) -> None:
    for record in islice(parsed_records(marc_files / path), 10):
        assert reread(to_marcxml(record)) == to_json(record)


@pytest.mark.slow  # all files together
@pytest.mark.parametrize("path", READABLE)
def test_records_survive_iso2709(marc_files: Path, path: str) -> None:
    for record in islice(parsed_records(marc_files / path), 10):
        try:
            written = to_iso2709(record)
        except RecordTooLarge:
            assert len(to_marcxml(record)) > 99_999
        else:
            assert reread(written)["fields"] == to_json(record)["fields"]


def reread(data: bytes) -> MarcJson:
    (outcome,) = open_source(BytesIO(data))
    assert isinstance(outcome, Parsed)
    return to_json(outcome.record)


def test_marc8_and_utf8_copies_are_the_same_records(marc_files: Path) -> None:
    """GPO publishes these 126 records in both encodings."""
    name = "national_bureau_of_standards_miscellaneous_publication"
    outcomes = read(marc_files / f"gpo_nist_marc8/{name}_marc8.mrc")
    twins = read(marc_files / f"gpo_nist_utf8/{name}_utf8.mrc")
    titles = {
        extract(one.record).title: extract(other.record).title
        for one, other in zip(outcomes, twins, strict=True)
        if isinstance(one, Parsed) and isinstance(other, Parsed)
    }
    assert [title for title, twin in titles.items() if title != twin] == []


def test_text_encoded_twice_is_mended(marc_files: Path) -> None:
    third = read(marc_files / "ils/bu_bibs.mrc")[2]
    assert isinstance(third, Parsed)
    assert extract(third.record).title.isprintable()
    assert "\xc3" not in str(third.record)


@pytest.mark.slow
def test_no_stored_text_is_garbled(marc_files: Path) -> None:
    """No C1 control but those of non-sorting words, no C0 control, whatever the file."""
    garbled = re.compile("[\x00-\x1f\x80-\x97\x99-\x9b\x9d-\x9f\ufffe\uffff]")
    for path in READABLE:
        for record in parsed_records(marc_files / path):
            for field in record.fields:
                texts = [field.data or ""] if field.control_field else sum(field.subfields, ())
                assert not any(map(garbled.search, texts)), (path, str(field))


def test_a_serial_with_2967_items(marc_files: Path) -> None:
    (outcome,) = read(marc_files / "xml/998574693506421_2967items.mrx.gz")
    assert isinstance(outcome, Parsed)
    copies = list(items(outcome.record, ItemMapping.HOLDINGS_876))
    assert len({copy.barcode for copy in copies}) == 2967
    assert copies[0] == ItemFields(
        barcode="32101016846626",
        call_number="Q1 .S3543",
        library="firestone",
        location="stacks",
        item_type=None,
        copy="1",
        volume="vol. 252, no. 5002-5007",
        price=None,
    )


@pytest.mark.parametrize(
    ("path", "mapping", "count"),
    [
        ("ils/jazz_1k.mrc", ItemMapping.SIRSI_949, 1238),
        ("ils/specTestRecs.mrc", ItemMapping.SIRSI_999, 219),
        ("ils/bu_bibs.mrc", ItemMapping.HOLDINGS_852, 0),
    ],
)
def test_items_of_other_systems(
    marc_files: Path, path: str, mapping: ItemMapping, count: int
) -> None:
    records = parsed_records(marc_files / path)
    assert sum(len(list(items(record, mapping))) for record in records) == count
