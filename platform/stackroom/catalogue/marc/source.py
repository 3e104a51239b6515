"""From a stream of bytes to outcomes: what the file is, unpacked, and read by its format."""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader, BytesIO, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, cast

from stackroom.catalogue.marc.errors import EmptyFile, NotMarc
from stackroom.catalogue.marc.iso2709 import read_iso2709
from stackroom.catalogue.marc.marcxml import read_marcxml
from stackroom.catalogue.marc.outcomes import Format, Outcome, RejectCode, Rejected
from stackroom.catalogue.marc.spreadsheet import read_spreadsheet

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_HEAD_BYTES = 64 * 1024
_GZIP = b"\x1f\x8b"
_READERS = {
    Format.MARC: read_iso2709,
    Format.MARCXML: read_marcxml,
    Format.CSV: read_spreadsheet,
}
_OTHER_FILES = {
    b"PK\x03\x04": "a zip archive or an office document; unpack it, or save the sheet as CSV",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document; save the sheet as CSV",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"Rar!": "a RAR archive; unpack it",
    b"BZh": "a bzip2 archive; unpack it or use gzip",
    b"\xfd7zXZ": "an xz archive; unpack it or use gzip",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive; unpack it or use gzip",
    b"\xff\xfe": "text in UTF-16; save it as UTF-8",
    b"\xfe\xff": "text in UTF-16; save it as UTF-8",
}
_HTML = (b"<!doctype html", b"<html")
_JSON = (b"{", b"[")
# controls that occur in neither text nor MARC, the escapes of MARC-8 included
_BINARY = bytes(set(range(0x20)) - set(b"\t\n\r\x1a\x1b\x1d\x1e\x1f\x00"))


def open_source(stream: BinaryIO, declared: Format = Format.AUTO) -> Iterator[Outcome]:
    """Read records one at a time, plain or gzipped; memory does not grow with the file.

    Raises NotMarc, EmptyFile, HeaderMissing or UnsafeXml, all before the first outcome. Whatever
    is wrong later is a `Rejected` outcome in its place.
    """
    source, head = _peeked(stream)
    if head.startswith(_GZIP):
        source, head = _unpacked(source)
    if not head.strip(b"\x00 \t\r\n\x1a"):
        raise EmptyFile("The file is empty.")
    _refuse_other_files(head)
    chosen = _detect(head) if declared is Format.AUTO else declared
    return _to_the_end(_READERS[chosen](source))


def _to_the_end(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    position = 0
    try:
        for outcome in outcomes:
            position = outcome.position
            yield outcome
    except (EOFError, gzip.BadGzipFile, zlib.error):
        message = "The gzip file is damaged or cut off here; fetch it again."
        yield Rejected(position + 1, RejectCode.GZIP_DAMAGED, message, b"")


def _unpacked(source: BinaryIO) -> tuple[BinaryIO, bytes]:
    try:
        return _peeked(cast("BinaryIO", gzip.GzipFile(fileobj=source)))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise NotMarc("The gzip file is damaged; fetch it again.") from error


def _refuse_other_files(head: bytes) -> None:
    for magic, name in _OTHER_FILES.items():
        if head.startswith(magic):
            raise NotMarc(f"This is {name}.")
    if head.startswith(_GZIP):
        raise NotMarc("This is a gzip file inside a gzip file; unpack it once.")
    if head.lstrip()[:64].lower().startswith(_HTML):
        raise NotMarc("This is a web page (HTML); download the records themselves.")


def _detect(head: bytes) -> Format:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x00 \t\r\n")
    if text.startswith(b"<"):
        return Format.MARCXML
    if text.startswith(_JSON):
        raise NotMarc("This is JSON; give the records as MARC, MARCXML or CSV.")
    if b"\x1e" in text and b"\x1f" in text:
        _refuse_binary(text)
        return Format.MARC
    if b"\x1e" in text or b"\x1d" in text:
        return Format.MARC
    _refuse_binary(text)
    return Format.CSV


def _refuse_binary(text: bytes) -> None:
    """Even the worst record is text by nineteen twentieths."""
    sample = text[:4096]
    if len(sample) - len(sample.translate(None, _BINARY)) > len(sample) // 20:
        raise NotMarc("This is neither MARC, MARCXML nor CSV.")


class _Rewound(RawIOBase):
    """A stream whose first bytes, already read, are read again."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        block = self._head.read(len(view)) or self._rest.read(len(view))
        view[: len(block)] = block
        return len(block)


def _peeked(stream: BinaryIO) -> tuple[BinaryIO, bytes]:
    head = b""
    while len(head) < _HEAD_BYTES and (block := stream.read(_HEAD_BYTES - len(head))):
        head += block
    return BufferedReader(_Rewound(head, stream)), head
