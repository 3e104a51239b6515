"""MARCXML and its cousins, streamed: any prefix or none, SRU and OAI answers, marcxchange.

expat is driven directly: memory holds one record, the bytes of a rejected record can be given
back, and a document that declares entities is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from pymarc import Field, Indicators, Record, Subfield

from stackroom.catalogue.marc.errors import EmptyFile, NotMarc, RecordRefused, UnsafeXml
from stackroom.catalogue.marc.outcomes import (
    MAX_RECORD_BYTES,
    RAW_KEPT_BYTES,
    Outcome,
    Parsed,
    ReadWarning,
    Rejected,
    RejectCode,
    WarningCode,
)
from stackroom.catalogue.marc.records import (
    clean,
    is_control_tag,
    leader_of,
    make_record,
    refuse_other_records,
    unimarc_refused,
)

_BLOCK_BYTES = 64 * 1024
_MAX_DEPTH = 100


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


@dataclass(slots=True)
class _Open:
    """The record being read; `start` is its place in the document, in bytes."""

    start: int
    is_unimarc: bool
    leader: str | None = None
    fields: list[Field] = field(default_factory=list)
    warnings: list[ReadWarning] = field(default_factory=list)
    refusal: RecordRefused | None = None
    first_bytes: bytes = b""

    def refuse(self, code: RejectCode, message: str) -> None:
        self.refusal = self.refusal or RecordRefused(code, message)

    def finish(self) -> Record:
        if self.refusal:
            raise self.refusal
        if self.is_unimarc:
            raise unimarc_refused()
        if not self.fields:
            raise RecordRefused(RejectCode.RECORD_EMPTY, "The record has no fields.")
        record = make_record(leader_of(self.leader or "", self.warnings), self.fields)
        refuse_other_records(record)
        return record


class _Reader:
    """Feed it bytes, take the outcomes they complete."""

    def __init__(self) -> None:
        self.is_broken = False
        self._outcomes: list[Outcome] = []
        self._position = 0
        self._depth = 0
        self._record: _Open | None = None
        self._field: Field | None = None
        # the tag of the open field and the code of the open subfield; text is gathered only
        # inside a leader, a controlfield or a subfield
        self._tag = ""
        self._code = ""
        self._text: list[str] | None = None
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
        try:
            self._parser.Parse(block, False)
        except expat.ExpatError as error:
            self._break_off(f"{expat.ErrorString(error.code)} in line {error.lineno}")
        else:
            self._forget_bytes()
        return self._taken()

    def close(self) -> list[Outcome]:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            self._break_off(f"{expat.ErrorString(error.code)} in line {error.lineno}")
        if not self._position:
            raise EmptyFile("The file is XML but holds no MARC record.")
        return self._taken()

    @property
    def _fed(self) -> int:
        return self._window_start + len(self._window)

    def _taken(self) -> list[Outcome]:
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _break_off(self, reason: str) -> None:
        self.is_broken = True
        if not self._position and not self._record:
            raise NotMarc(f"This is not well-formed XML: {reason}.")
        start = self._record.start if self._record else self._fed
        self._reject(
            RejectCode.XML_MALFORMED,
            f"The XML is broken: {reason}. Nothing behind that place can be read.",
            self._bytes_from(start)[:RAW_KEPT_BYTES],
        )

    def _forget_bytes(self) -> None:
        """Keep only the open record's bytes and what expat has not parsed yet."""
        if self._record and self._fed - self._record.start > MAX_RECORD_BYTES:
            self._abandon(self._record)
        parsed = self._parser.CurrentByteIndex
        if self._fed - parsed > MAX_RECORD_BYTES:
            self._break_off(f"a tag does not end in line {self._parser.CurrentLineNumber}")
        keep_from = parsed
        if self._record and not self._record.first_bytes:
            keep_from = self._record.start
        del self._window[: keep_from - self._window_start]
        self._window_start = keep_from

    def _abandon(self, record: _Open) -> None:
        record.first_bytes = record.first_bytes or self._bytes_from(record.start)[:RAW_KEPT_BYTES]
        record.refuse(
            RejectCode.RECORD_TOO_LONG,
            f"The record is longer than {MAX_RECORD_BYTES} bytes; its first bytes are kept.",
        )
        record.fields.clear()
        self._field = None
        self._text = None

    def _bytes_from(self, start: int, end: int | None = None) -> bytes:
        stop = None if end is None else end - self._window_start
        return bytes(self._window[max(start - self._window_start, 0) : stop])

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnsafeXml(f"The XML nests deeper than {_MAX_DEPTH} elements; MARCXML has four.")
        namespace, _, element = name.rpartition(" ")
        if element == "record" and (not namespace or "marc" in namespace.lower()):
            self._start_record(attributes)
        elif self._record and not self._record.refusal:
            self._start_part(self._record, element, attributes)

    def _start_record(self, attributes: dict[str, str]) -> None:
        # without a namespace, SRU's own <record> looks like the record inside it
        if self._record and (self._record.fields or self._record.leader):
            self._record.refuse(RejectCode.FIELD_INVALID, "A record begins inside this one.")
            self._finish_record(self._record)
        is_unimarc = "unimarc" in attributes.get("format", "").lower()
        self._record = _Open(self._parser.CurrentByteIndex, is_unimarc)

    def _start_part(self, record: _Open, element: str, attributes: dict[str, str]) -> None:
        match element:
            case "leader":
                self._text = []
            case "controlfield" if tag := _tag(record, attributes):
                self._tag, self._text = tag, []
            case "datafield" if tag := _tag(record, attributes):
                self._tag, self._field = tag, Field(tag=tag)
                indicators = _indicators(tag, attributes, record.warnings)
                self._field = Field("999", indicators=indicators, subfields=[])
            case "subfield" if self._field and len(attributes.get("code", "")) == 1:
                self._code, self._text = attributes["code"], []
            case "subfield":
                message = f"Field {self._tag}: a subfield has no code of one character."
                record.refuse(RejectCode.FIELD_INVALID, message)
            case _:
                record.refuse(RejectCode.FIELD_INVALID, f"<{element}> is no part of a MARC record.")
