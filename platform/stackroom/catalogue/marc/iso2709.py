"""ISO 2709, the format of .mrc files: cut at the terminators first, then parse each record.

pymarc's reader trusts the length in the leader and stops for good at the first wrong one;
real files have hundreds (ISO 2709:2008; MARC 21 Specifications, "Record Structure").
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pymarc import Record

from stackroom.catalogue.marc.encoding import decode_fields, mend_text
from stackroom.catalogue.marc.errors import RecordRefused
from stackroom.catalogue.marc.outcomes import (
    MAX_RECORD_BYTES,
    RAW_KEPT_BYTES,
    Outcome,
    Parsed,
    ReadWarning,
    RejectCode,
    Rejected,
    WarningCode,
)
from stackroom.catalogue.marc.records import (
    clean,
    is_control_tag,
    leader_of,
    make_field,
    make_record,
    refuse_other_records,
    refuse_unimarc,
)

_BLOCK_BYTES = 256 * 1024
_LEADER_LENGTH = 24
# between records: line ends, the padding of old tape blocks, DOS's end of file
_PADDING = b"\r\n\x00\x1a"
_ENTRY = re.compile(rb"([0-9A-Za-z]{3})([0-9]{4})([0-9]{5})")
_ENTRY_LENGTH = 12
_CONTROLS = bytes(set(range(0x20)) - {0x1D, 0x1E, 0x1F})
_CONTROLS_BUT_ESCAPE = bytes(set(_CONTROLS) - {0x1B})


class _Chunk(NamedTuple):
    raw: bytes
    is_terminated: bool
    is_too_long: bool = False


def read_iso2709(stream: BinaryIO) -> Iterator[Outcome]:
    """Yield one outcome per record terminator (0x1D), and one more for bytes behind the last."""
    for position, chunk in enumerate(_split(stream), start=1):
        yield _outcome(position, chunk)


def _outcome(position: int, chunk: _Chunk) -> Outcome:
    warnings: list[ReadWarning] = []
    raw = chunk.raw.lstrip(_PADDING).removeprefix(BOM_UTF8)
    try:
        _refuse_incomplete(chunk)
        record = _parse(raw, warnings)
        refuse_other_records(record)
    except RecordRefused as refusal:
        return Rejected(position, refusal.code, refusal.message, chunk.raw)
    return Parsed(position, record, raw, tuple(warnings))


def _refuse_incomplete(chunk: _Chunk) -> None:
    if chunk.is_too_long:
        raise RecordRefused(
            RejectCode.RECORD_TOO_LONG,
            f"The record is longer than {MAX_RECORD_BYTES} bytes; its first bytes are kept.",
        )
    if not chunk.is_terminated:
        raise RecordRefused(
            RejectCode.TRUNCATED,
            "The file ends inside this record; its end (0x1D) is missing. Fetch the file again.",
        )


def _split(stream: BinaryIO) -> Iterator[_Chunk]:
    pieces: list[bytes] = []
    length = 0
    while block := stream.read(_BLOCK_BYTES):
        *ends, rest = block.split(b"\x1d")
        for end in ends:
            pieces.append(end)
            yield _chunk(pieces, length + len(end), b"\x1d")
            pieces, length = [], 0
        length += len(rest)
        # beyond the bound the bytes are only counted: memory stays flat
        if length <= MAX_RECORD_BYTES:
            pieces.append(rest)
    last = _chunk(pieces, length, b"")
    if last.raw.strip(_PADDING + b" \t" + BOM_UTF8):
        yield last


def _chunk(pieces: list[bytes], length: int, terminator: bytes) -> _Chunk:
    raw = b"".join(pieces)
    if length > MAX_RECORD_BYTES:
        return _Chunk(raw[:RAW_KEPT_BYTES], is_terminated=bool(terminator), is_too_long=True)
    return _Chunk(raw + terminator, is_terminated=bool(terminator))


def _parse(raw: bytes, warnings: list[ReadWarning]) -> Record:
    leader = _leader(raw, warnings)
    base, entries = _directory(raw, warnings)
    tags = [tag.decode("ascii") for tag, _, _ in entries]
    fields = _fields(raw, base, entries, warnings)
    if "100" in tags:
        # before decoding: UNIMARC has character sets of its own
        refuse_unimarc(tags, fields[tags.index("100")][4:].decode("latin-1"))
    is_utf8 = leader[9] == "a"
    texts = decode_fields(tags, fields, is_utf8=is_utf8, warnings=warnings)
    if len(raw.translate(None, _CONTROLS if is_utf8 else _CONTROLS_BUT_ESCAPE)) != len(raw):
        texts = [_clean(tag, text, warnings) for tag, text in zip(tags, texts, strict=True)]
    if not "".join(texts).isascii():
        texts = [
            mend_text(f"Field {tag}", text, warnings) for tag, text in zip(tags, texts, strict=True)
        ]
    return make_record(
        leader, [make_field(tag, text, warnings) for tag, text in zip(tags, texts, strict=True)]
    )


def _leader(raw: bytes, warnings: list[ReadWarning]) -> str:
    if len(raw) <= 1:
        raise RecordRefused(RejectCode.RECORD_EMPTY, "A record terminator follows another at once.")
    leader = leader_of(raw[:_LEADER_LENGTH].decode("latin-1"), warnings)
    if leader[:5] != f"{len(raw):05d}":
        message = f"The leader says {leader[:5]!r} bytes, the record has {len(raw)}."
        warnings.append(ReadWarning(WarningCode.LEADER_LENGTH_WRONG, message))
    return leader


_Entries = list[tuple[bytes, bytes, bytes]]


def _directory(raw: bytes, warnings: list[ReadWarning]) -> tuple[int, _Entries]:
    """Return where the data begins and the (tag, length, offset) entries.

    The directory holds no 0x1E but the one that ends it, so the leader's base address is
    only compared.
    """
    base = raw.find(b"\x1e", _LEADER_LENGTH) + 1
    entries = _ENTRY.findall(raw, _LEADER_LENGTH, max(base - 1, _LEADER_LENGTH))
    if len(entries) * _ENTRY_LENGTH != base - 1 - _LEADER_LENGTH:
        raise _directory_refused()
    if not entries:
        raise RecordRefused(RejectCode.RECORD_EMPTY, "The record has no fields.")
    if raw[12:17] != b"%05d" % base:
        message = f"The leader says that data begins at {raw[12:17].decode()!r}; it does at {base}."
        warnings.append(ReadWarning(WarningCode.BASE_ADDRESS_WRONG, message))
    return base, entries


def _directory_refused() -> RecordRefused:
    return RecordRefused(
        RejectCode.DIRECTORY_INVALID,
        "The directory does not fit the fields, so that text cannot be told from tags.",
    )


def _fields(raw: bytes, base: int, entries: _Entries, warnings: list[ReadWarning]) -> list[bytes]:
    """Return the fields' bytes in the order of the directory."""
    *segments, rest = raw[base:-1].split(b"\x1e")
    if _is_sequential(segments, entries) and not rest:
        return segments
    fields = _pointed_at(raw, base, entries)
    if fields:
        if len(fields) != len(segments) or rest:
            message = "Text that the directory does not mention was left out."
            warnings.append(ReadWarning(WarningCode.DATA_UNREFERENCED, message))
        return fields
    if _is_aligned(segments, entries) and not rest:
        message = "Lengths in the directory are wrong; the fields were cut at their terminators."
        warnings.append(ReadWarning(WarningCode.DIRECTORY_WRONG, message))
        return segments
    raise _directory_refused()


def _is_sequential(segments: list[bytes], entries: _Entries) -> bool:
    if len(segments) != len(entries):
        return False
    position = 0
    for segment, (_, length, offset) in zip(segments, entries, strict=True):
        if int(length) != len(segment) + 1 or int(offset) != position:
            return False
        position += len(segment) + 1
    return True


def _pointed_at(raw: bytes, base: int, entries: _Entries) -> list[bytes]:
    """Return what the directory points at, or nothing if one entry misses a field's bounds."""
    fields = []
    for _, length, offset in entries:
        start = base + int(offset)
        end = start + int(length) - 1
        field = raw[start:end]
        if (
            len(field) != end - start
            or raw[start - 1 : start] != b"\x1e"
            or raw[end : end + 1] != b"\x1e"
            or b"\x1e" in field
        ):
            return []
        fields.append(field)
    return fields


def _is_aligned(segments: list[bytes], entries: _Entries) -> bool:
    """Tell whether the n-th field can only belong to the n-th tag.

    Lengths overflow where a field is over 9,999 bytes or a record over 99,999, and they are
    wrong where a program counted characters; the count and the kind of each field still prove
    the order.
    """
    return len(segments) == len(entries) and all(
        is_control_tag(tag.decode("ascii")) != (b"\x1f" in segment)
        for segment, (tag, _, _) in zip(segments, entries, strict=True)
    )


def _clean(tag: str, text: str, warnings: list[ReadWarning]) -> str:
    where = f"Field {tag}"
    return "\x1f".join(clean(part, where, warnings) for part in text.split("\x1f"))
