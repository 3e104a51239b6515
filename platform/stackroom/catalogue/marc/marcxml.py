"""MARCXML and its cousins, streamed: any prefix or none, SRU and OAI answers, marcxchange.

expat is driven directly: memory holds one record, the bytes of a rejected record can be given
back, and a document that declares entities is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from stackroom.catalogue.marc.errors import EmptyFile, NotMarc, RecordRefused, UnsafeXml
from stackroom.catalogue.marc.marcxml_record import RecordBuilder
from stackroom.catalogue.marc.outcomes import (
    MAX_RECORD_BYTES,
    RAW_KEPT_BYTES,
    Outcome,
    Parsed,
    RejectCode,
    Rejected,
)

_BLOCK_BYTES = 64 * 1024
_MAX_DEPTH = 100
# expat gathers a whole tag before it tells of it
_MAX_TAG_BYTES = 1024 * 1024


def read_marcxml(stream: BinaryIO) -> Iterator[Outcome]:
    """Yield one outcome per <record> of MARC, then one `xml_malformed` where the XML breaks.

    Raises UnsafeXml, NotMarc or EmptyFile, each only before the first outcome.
    """
    reader = _Reader()
    while block := stream.read(_BLOCK_BYTES):
        yield from reader.feed(block)
        if reader.is_broken:
            return
    yield from reader.close()


def _refuse_entities(*_declaration: object) -> NoReturn:
    raise UnsafeXml("The XML declares entities, which MARCXML never needs.")


@dataclass(slots=True)
class _OpenRecord:
    """`start` is its place in the document; `kept` its first bytes, once it proved over-long."""

    start: int
    builder: RecordBuilder
    kept: bytes = b""


class _Reader:
    """Feed it bytes, take the outcomes they complete."""

    def __init__(self) -> None:
        self.is_broken = False
        self._outcomes: list[Outcome] = []
        self._position = 0
        self._depth = 0
        self._record: _OpenRecord | None = None
        # the document's bytes from _window_start on: what an outcome may still give back
        self._window = bytearray()
        self._window_start = 0
        self._parser = self._make_parser()

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = _refuse_entities
        parser.SkippedEntityHandler = _refuse_entities
        return parser

    def feed(self, block: bytes) -> list[Outcome]:
        if not self._fed:
            block = block.lstrip()
        self._window += block
        self._parse(block, is_last=False)
        if not self.is_broken:
            self._forget_bytes()
        return self._taken()

    def close(self) -> list[Outcome]:
        self._parse(b"", is_last=True)
        if not self._position:
            raise EmptyFile("The file is XML but holds no MARC record.")
        return self._taken()

    @property
    def _fed(self) -> int:
        return self._window_start + len(self._window)

    def _taken(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _parse(self, block: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(block, is_last)
        except expat.ExpatError as error:
            self._break_off(f"{expat.ErrorString(error.code)}, line {error.lineno}")
        except (LookupError, ValueError) as error:
            # the declaration names an encoding that Python or expat does not know
            self._break_off(str(error))

    def _break_off(self, reason: str) -> None:
        self.is_broken = True
        if not self._position and not self._record:
            raise NotMarc(f"This is not well-formed XML: {reason}.")
        raw = self._raw(self._record, self._fed)[:RAW_KEPT_BYTES] if self._record else b""
        message = f"The XML is broken: {reason}. Nothing behind that place can be read."
        self._reject(RejectCode.XML_MALFORMED, message, raw)

    def _forget_bytes(self) -> None:
        """Keep only the open record's bytes and what expat has not parsed yet."""
        parsed = self._parser.CurrentByteIndex
        if self._fed - parsed > _MAX_TAG_BYTES:
            self._break_off(f"a tag has no end, line {self._parser.CurrentLineNumber}")
            return
        keep_from = parsed
        if self._record:
            self._bound(self._record)
            keep_from = parsed if self._record.kept else self._record.start
        del self._window[: keep_from - self._window_start]
        self._window_start = keep_from

    def _bound(self, record: _OpenRecord) -> None:
        if record.kept or self._fed - record.start <= MAX_RECORD_BYTES:
            return
        record.kept = self._raw(record, record.start + RAW_KEPT_BYTES)
        record.builder.refuse(
            RejectCode.RECORD_TOO_LONG,
            f"The record is longer than {MAX_RECORD_BYTES} bytes; its first bytes are kept.",
        )

    def _raw(self, record: _OpenRecord, end: int) -> bytes:
        start = record.start - self._window_start
        return record.kept or bytes(self._window[start : end - self._window_start])

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnsafeXml(f"The XML nests deeper than {_MAX_DEPTH} elements; MARCXML has four.")
        if _is_record(name):
            self._start_record(attributes)
        elif self._record:
            self._record.builder.start(name.rpartition(" ")[2], attributes)

    def _start_record(self, attributes: dict[str, str]) -> None:
        # without a namespace SRU's own <record>, still empty here, looks like the one inside it
        if self._record and not self._record.builder.is_empty:
            builder = self._record.builder
            builder.refuse(RejectCode.FIELD_INVALID, "Another record begins inside this one.")
            self._finish(self._record, self._parser.CurrentByteIndex)
        self._record = _OpenRecord(self._parser.CurrentByteIndex, RecordBuilder(attributes))

    def _characters(self, text: str) -> None:
        if self._record:
            self._record.builder.characters(text)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if not self._record:
            return
        if _is_record(name):
            # expat points at the beginning of the end tag
            tag_start = self._parser.CurrentByteIndex
            tag_end = self._window.find(b">", tag_start - self._window_start) + 1
            self._finish(self._record, self._window_start + tag_end)
        else:
            self._record.builder.end(name.rpartition(" ")[2])

    def _finish(self, record: _OpenRecord, end: int) -> None:
        self._record = None
        raw = self._raw(record, end)
        try:
            parsed = record.builder.finish()
        except RecordRefused as refusal:
            self._reject(refusal.code, refusal.message, raw)
        else:
            self._position += 1
            warnings = tuple(record.builder.warnings)
            self._outcomes.append(Parsed(self._position, parsed, raw, warnings))

    def _reject(self, code: RejectCode, message: str, raw: bytes) -> None:
        self._position += 1
        self._outcomes.append(Rejected(self._position, code, message, raw))


def _is_record(name: str) -> bool:
    """Tell MARC's <record> (MARC21/slim, marcxchange, or no namespace) from SRU's and OAI's."""
    namespace, _, element = name.rpartition(" ")
    return element == "record" and (not namespace or "marc" in namespace.lower())
