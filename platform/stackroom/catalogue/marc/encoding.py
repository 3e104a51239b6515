"""From the bytes of ISO 2709 fields to text, or a refusal that names the field.

Nothing is guessed: bytes that are illegal where they stand refuse the record, because a letter
silently replaced is found years later, if ever.
"""

import re
import unicodedata
from collections.abc import Sequence

from pymarc.marc8_mapping import CODESETS, ODD_MAP

from stackroom.catalogue.marc.errors import RecordRefused
from stackroom.catalogue.marc.outcomes import ReadWarning, RejectCode, WarningCode

_ESC = 0x1B
_ASCII, _ANSEL, _EACC = CODESETS[0x42], CODESETS[0x45], CODESETS[0x31]

# MARC 21 Specifications, "Character Sets: MARC-8", accessing alternate graphic sets
_ESCAPE = re.compile(rb"\x1b(?:(?P<short>[gbps])|(?P<target>\$?[,()-]|\$)!?(?P<final>[1-4BENQS]))")
_SHORT_ESCAPES = {b"g": 0x67, b"b": 0x62, b"p": 0x70, b"s": 0x42}

# The same specification's "lossless" notation for characters that MARC-8 lacks
_CHARACTER_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{4,6});")

_MARK_WITHOUT_LETTER = re.compile("[^\\w\u0300-\u036f\ufe20-\ufe2f][\u0300-\u036f]")

# C1 controls but the two that mark non-sorting words: in text they are bytes taken for letters
_TAKEN_FOR_LETTERS = re.compile("[\x80-\x97\x99-\x9b\x9d-\x9f]")
_NONCHARACTERS = re.compile("[\ufffe\uffff]")
_UTF8_SEQUENCE = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def decode_fields(
    tags: Sequence[str],
    fields: Sequence[bytes],
    *,
    is_utf8: bool,
    warnings: list[ReadWarning],
) -> list[str]:
    """Decode the fields of one record; `tags` names them in a refusal.

    Raises RecordRefused(encoding_invalid).
    """
    joined = b"\x1e".join(fields)
    if is_utf8:
        try:
            return joined.decode().split("\x1e")
        except UnicodeDecodeError:
            return [_utf8(tag, field) for tag, field in zip(tags, fields, strict=True)]
    if joined.isascii() and b"\x1b" not in joined and b"&#x" not in joined:
        return joined.decode("ascii").split("\x1e")
    return [_mislabelled(tag, field, warnings) for tag, field in zip(tags, fields, strict=True)]


def _utf8(tag: str, field: bytes) -> str:
    try:
        return field.decode()
    except UnicodeDecodeError as error:
        raise _refused(tag, field, error.start, "UTF-8, as leader/09 says") from None


def _mislabelled(tag: str, field: bytes, warnings: list[ReadWarning]) -> str:
    """Decode a field of a record that claims MARC-8 but may be UTF-8.

    A MARC-8 diacritic stands before an ASCII letter, so text with diacritics is never valid
    UTF-8 by chance, and UTF-8 read as MARC-8 would be gibberish.
    """
    if not field.isascii() and _ESC not in field:
        try:
            text = field.decode()
        except UnicodeDecodeError:
            return _marc8(tag, field, warnings)
        message = "The record says MARC-8 but its text is UTF-8; it was read as UTF-8."
        warning = ReadWarning(WarningCode.ENCODING_MISLABELLED, message)
        if warning not in warnings:
            warnings.append(warning)
        return text
    return _marc8(tag, field, warnings)


def _marc8(tag: str, field: bytes, warnings: list[ReadWarning]) -> str:
    parts = []
    start = 0
    # each subfield begins in the default sets again
    for part in field.split(b"\x1f"):
        try:
            parts.append(marc8_to_unicode(part))
        except UnicodeDecodeError as error:
            raise _refused(tag, field, start + error.start, f"MARC-8: {error.reason}") from None
        start += len(part) + 1
    text = "\x1f".join(parts)
    if _MARK_WITHOUT_LETTER.search(text):
        # legal, but "Janssonov\xe1," was Latin-1; only a person can tell
        message = f"Field {tag}: a diacritic stands on a blank or a sign; compare the spelling."
        warnings.append(ReadWarning(WarningCode.DIACRITIC_MISPLACED, message))
    return text


def mend_text(where: str, text: str, warnings: list[ReadWarning]) -> str:
    """Undo UTF-8 that was once read as Latin-1 and encoded again, where C1 controls betray it.

    Raises RecordRefused(encoding_invalid) where such controls remain.
    """
    if text.isascii():
        return text
    if "\ufffd" in text:
        message = f"{where}: a character was lost before this file was made (U+FFFD)."
        warnings.append(ReadWarning(WarningCode.REPLACEMENT_CHARACTER, message))
    if _NONCHARACTERS.search(text):
        message = f"{where}: noncharacters were removed."
        warnings.append(ReadWarning(WarningCode.CONTROL_CHARACTER_REMOVED, message))
        text = _NONCHARACTERS.sub("", text)
    if _TAKEN_FOR_LETTERS.search(text):
        message = f"{where}: the text was encoded twice over; it was decoded as often."
        warnings.append(ReadWarning(WarningCode.ENCODING_DOUBLED, message))
        return _undoubled(where, text)
    return text


def _undoubled(where: str, text: str) -> str:
    while _TAKEN_FOR_LETTERS.search(text):
        mended = _UTF8_SEQUENCE.sub(_decoded_again, text)
        if mended == text:
            raise RecordRefused(
                RejectCode.ENCODING_INVALID,
                f"{where}: control codes stand where letters were lost to a wrong encoding."
                " Export the record again in UTF-8.",
            )
        text = mended
    return text


def _decoded_again(match: re.Match[str]) -> str:
    try:
        return match[0].encode("latin-1").decode()
    except UnicodeDecodeError:
        return match[0]


def _refused(tag: str, field: bytes, index: int, expected: str) -> RecordRefused:
    code = field[field.rfind(b"\x1f", 0, index) + 1 :][:1] if b"\x1f" in field[:index] else b""
    where = f"{tag} ${code.decode('ascii', 'replace')}" if code.isalnum() else tag
    return RecordRefused(
        RejectCode.ENCODING_INVALID,
        f"Field {where}: byte 0x{field[index]:02X} at {index} is not {expected}."
        " Export the record again in UTF-8.",
    )


def marc8_to_unicode(data: bytes) -> str:
    """Convert MARC-8 to NFC text, strictly, where pymarc drops or blanks what it cannot map.

    Raises UnicodeDecodeError.
    """
    if data.isascii() and _ESC not in data:
        text = data.decode("ascii")
    else:
        text = unicodedata.normalize("NFC", _Marc8(data).decode())
    if "&#x" in text:
        text = _CHARACTER_REFERENCE.sub(_referenced, text)
    return text


def _referenced(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    if number < 0x20 or 0xD800 <= number < 0xE000 or number > 0x10FFFF:
        return match[0]
    return chr(number)


class _Marc8:
    """One pass over one subfield, with the two graphic sets that escapes switch."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.g0, self.g1 = _ASCII, _ANSEL

    def decode(self) -> str:
        text: list[str] = []
        marks: list[str] = []
        data = self.data
        while self.position < len(data):
            start = self.position
            if data[start] == _ESC:
                self._switch_set()
                continue
            character, is_mark = self._next_character()
            if is_mark:
                marks.append(character)
                continue
            # MARC-8 puts a diacritic before its letter, Unicode behind it
            text.append(character)
            text.extend(marks)
            marks.clear()
        if marks:
            raise self._error(len(data) - 1, "a diacritic stands at the end, without a letter")
        return "".join(text)

    def _switch_set(self) -> None:
        escape = _ESCAPE.match(self.data, self.position)
        if not escape:
            raise self._error(self.position, "an escape sequence is unknown or cut off")
        short, target, final = escape.group("short", "target", "final")
        codes = CODESETS[_SHORT_ESCAPES[short] if short else final[0]]
        if target and target[-1:] in b")-":
            self.g1 = codes
        else:
            self.g0 = codes
        self.position = escape.end()

    def _next_character(self) -> tuple[str, bool]:
        byte = self.data[self.position]
        codes = self.g1 if byte >= 0x80 else self.g0
        # spaces and controls are themselves in every set, also between East Asian characters
        if byte <= 0x20:
            self.position += 1
            return chr(byte), False
        width = 3 if codes is _EACC else 1
        unit = self.data[self.position : self.position + width]
        number = int.from_bytes(unit)
        # sets moved between G0 and G1 keep the keys of their home
        mapped = codes.get(number) or codes.get(number ^ 0x80)
        if mapped is None and number in ODD_MAP:
            mapped = (ODD_MAP[number], 0)
        if mapped is None or len(unit) < width:
            raise self._error(self.position, f"no character has the code {unit.hex().upper()}")
        self.position += width
        return chr(mapped[0]), bool(mapped[1])

    def _error(self, position: int, reason: str) -> UnicodeDecodeError:
        return UnicodeDecodeError("marc-8", self.data, position, position + 1, reason)
