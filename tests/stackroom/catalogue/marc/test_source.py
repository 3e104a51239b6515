import gzip
import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO, RawIOBase
from typing import BinaryIO, cast

import pytest

from stackroom.catalogue.marc import (
    EmptyFile,
    Format,
    HeaderMissing,
    NotMarc,
    Outcome,
    Parsed,
    RejectCode,
    UnsafeXml,
    extract,
    open_source,
    to_marcxml,
)

Make = Callable[..., bytes]
Read = Callable[..., list[Outcome]]
TITLE = ("245", b"10\x1faA title")


def zipped() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("records.mrc", "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (zipped(), "zip"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 20, "JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
        (b"\n <html lang='en'></html>", "HTML"),
        (b'{"leader": "00000nam"}', "JSON"),
        ("title;author\n".encode("utf-16"), "UTF-16"),
        (bytes(range(256)) * 40, "neither"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "inside"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"<collection><record>" * 200, "deeper"),
        (b"<unclosed", "well-formed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_kind_of_file_is_named(read_all: Read, data: bytes, word: str) -> None:
    with pytest.raises((NotMarc, UnsafeXml)) as refusal:
        read_all(data)
    assert word in str(refusal.value)


@pytest.mark.parametrize("declared", Format)
def test_a_picture_is_refused_whatever_it_is_called(read_all: Read, declared: Format) -> None:
    with pytest.raises(NotMarc):
        read_all(b"\xff\xd8\xff\xe0\x00\x10JFIF\x1d\x1e\x1f", declared)


@pytest.mark.parametrize(
    "data", [b"", b" \r\n", bytes(2048), gzip.compress(b"", mtime=0), b"<collection/>", b"\r\n\x1a"]
)
def test_an_empty_file_is_called_empty(read_all: Read, data: bytes) -> None:
    with pytest.raises(EmptyFile):
        read_all(data)


def test_a_text_without_a_title_column_is_no_list(read_all: Read) -> None:
    with pytest.raises(HeaderMissing, match="barcode, shelf"):
        read_all(b"barcode,shelf\n1,2\n")


def test_the_format_is_told_by_the_content(read_all: Read, make_raw: Make) -> None:
    marc = make_raw([TITLE])
    (parsed,) = read_all(marc)
    assert isinstance(parsed, Parsed)
    titles = []
    for data in (marc, to_marcxml(parsed.record), b"Title\nA title\n"):
        for packed in (data, gzip.compress(data), b"\xef\xbb\xbf" + data):
            (outcome,) = read_all(packed)
            assert isinstance(outcome, Parsed)
            titles.append(extract(outcome.record).title)
    assert titles == ["A title"] * 9


def test_gzip_members_are_read_on(read_all: Read, make_raw: Make) -> None:
    """`cat a.gz b.gz` is a valid gzip file."""
    assert len(read_all(gzip.compress(make_raw([TITLE])) * 2)) == 2


def test_a_gzip_file_cut_off_keeps_what_was_read(read_all: Read, make_raw: Make) -> None:
    import random

    noise = random.Random(2)
    records = [
        make_raw([TITLE, ("500", b"  \x1fa" + noise.randbytes(900).hex().encode())])
        for _ in range(200)
    ]
    whole = gzip.compress(b"".join(records))
    outcomes = read_all(whole[: len(whole) * 9 // 10])
    assert [type(outcome) for outcome in outcomes[:100]] == [Parsed] * 100
    last = outcomes[-1]
    assert not isinstance(last, Parsed)
    assert last.code is RejectCode.GZIP_DAMAGED
    assert [outcome.position for outcome in outcomes] == list(range(1, len(outcomes) + 1))


class Endless(RawIOBase):
    """`count` times the same bytes, made as they are read."""

    def __init__(self, unit: bytes, count: int, head: bytes = b"") -> None:
        self.rest = head
        self.unit = unit * 64
        self.count = count // 64

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and self.count:
            self.rest += self.unit
            self.count -= 1
        block, self.rest = self.rest[:size], self.rest[size:]
        return block


def peak_memory(stream: RawIOBase, declared: Format) -> tuple[int, int]:
    """Return how many outcomes there were and how many bytes were held at once."""
    tracemalloc.start()
    count = sum(1 for _ in open_source(cast("BinaryIO", stream), declared))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return count, peak


@pytest.mark.parametrize("declared", [Format.MARC, Format.MARCXML, Format.CSV])
def test_memory_does_not_grow_with_the_file(
    read_all: Read, make_raw: Make, declared: Format
) -> None:
    marc = make_raw([TITLE, ("500", b"  \x1fa" + b"note " * 100)])
    (parsed,) = read_all(marc)
    assert isinstance(parsed, Parsed)
    element = to_marcxml(parsed.record).split(b"?>", 1)[1]
    head, unit = {
        Format.MARC: (b"", marc),
        Format.MARCXML: (b"<collection>", element),
        Format.CSV: (b"title,summary\n", b"A title," + b"note " * 100 + b"\n"),
    }[declared]
    few, peak_of_few = peak_memory(Endless(unit, 1280, head), declared)
    many, peak_of_many = peak_memory(Endless(unit, 6400, head), declared)
    assert (few // 1280, many // 6400) == (1, 1)
    assert peak_of_many < peak_of_few * 1.1


@pytest.mark.parametrize(
    ("declared", "head", "code"),
    [
        (Format.MARC, b"00100nam a2200000 i 4500", RejectCode.RECORD_TOO_LONG),
        (Format.MARCXML, b"<record><leader>", RejectCode.XML_MALFORMED),
        (Format.MARCXML, b"<record><leader/><datafield tag='", RejectCode.XML_MALFORMED),
        (Format.CSV, b'title\n"', RejectCode.ROW_MALFORMED),
    ],
)
def test_a_bomb_meets_a_bound(declared: Format, head: bytes, code: RejectCode) -> None:
    """256 MB in a gzip file of 250 kB, all of it one record."""
    packed = BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as bomb:
        bomb.write(head)
        for _ in range(256):
            bomb.write(b"a" * 1024 * 1024)
    packed.seek(0)
    tracemalloc.start()
    first = next(iter(open_source(packed, declared)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not isinstance(first, Parsed)
    assert first.code is code
    assert len(first.raw) <= 2 * 1024 * 1024
    assert peak < 60 * 1024 * 1024
