"""Building records from decoded text, the same way for every file format."""

import re
import unicodedata
from collections.abc import Collection

from pymarc import Field, Indicators, Leader, Record, Subfield

from stackroom.catalogue.marc.errors import RecordRefused
from stackroom.catalogue.marc.outcomes import ReadWarning, RejectCode, WarningCode

_CONTROLS = re.compile(r"[\x00-\x1f]")
_LINE_BREAKS = str.maketrans("\t\n\r", "   ")
_TAG = re.compile("[0-9A-Za-z]{3}")
_PRINTABLE = re.compile(r"[\x20-\x7e]{24}")
_UNIMARC_CODED_DATA = re.compile(r"[0-9]{8}.{27,}")

LEADER_LENGTH = 24
UNSTORABLE = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
"""What neither PostgreSQL nor XML can hold, and ISO 2709's own separators."""

# Leader/06: community information, classification, authority, and the four kinds of holdings
_OTHER_RECORD_TYPES = frozenset("qwzuvxy")


def leader_of(text: str, warnings: list[ReadWarning]) -> str:
    """Return a printable leader of 24 characters, or raise RecordRefused(leader_invalid).

    Lost blanks come back, and so do the constants at 10-11 ("22") and 20-23 ("4500"), where
    some systems leave control characters (https://www.loc.gov/marc/bibliographic/bdleader.html).
    """
    leader = text
    if len(text) != LEADER_LENGTH:
        leader = text.rjust(LEADER_LENGTH) if text.endswith("4500") else text.ljust(LEADER_LENGTH)
        leader = leader[:LEADER_LENGTH]
    if not _PRINTABLE.fullmatch(leader):
        leader = f"{leader[:10]}22{leader[12:20]}4500"
    if not _PRINTABLE.fullmatch(leader) or not leader.strip():
        raise RecordRefused(
            RejectCode.LEADER_INVALID,
            "The first 24 characters are no MARC leader; this record or the one before is damaged.",
        )
    if leader != text:
        warnings.append(ReadWarning(WarningCode.LEADER_REPAIRED, f"The leader was {text!r}."))
    return leader


def make_record(leader: str, fields: list[Field]) -> Record:
    record = Record(fields=fields)
    # assigned, because the constructor overwrites positions 10-11 and 20-23; position 9
    # says Unicode, which is what the fields now hold
    record.leader = Leader(f"{leader[:9]}a{leader[10:]}")
    return record


def is_tag(tag: str) -> bool:
    return bool(_TAG.fullmatch(tag))


def is_control_tag(tag: str) -> bool:
    return tag < "010" and tag.isdigit()


def make_field(tag: str, text: str, warnings: list[ReadWarning]) -> Field:
    """Build a field from its ISO 2709 text: indicators, then subfields behind 0x1F."""
    if is_control_tag(tag):
        return Field(tag=tag, data=clean(text, f"Field {tag}", warnings))
    head, *parts = text.split("\x1f")
    if len(head) != 2:
        head = _mend_indicators(tag, head, parts, warnings)
    if "" in parts:
        parts = [part for part in parts if part]
        message = f"Field {tag}: a subfield without a code and without text was left out."
        warnings.append(ReadWarning(WarningCode.SUBFIELD_CODE_MISSING, message))
    if not all(part[0].isascii() for part in parts):
        parts = _mend_codes(tag, parts, warnings)
    return Field(
        tag=tag,
        indicators=Indicators(head[0], head[1]),
        subfields=[Subfield(part[0], part[1:]) for part in parts],
    )


def _mend_indicators(tag: str, head: str, parts: list[str], warnings: list[ReadWarning]) -> str:
    """Pad or cut to two indicators. Text that stands in for subfields becomes $a."""
    surplus = head[2:].strip()
    if surplus and not parts:
        parts.append(f"a{surplus}")
    message = f"Field {tag}: {head!r} stands where two indicators belong."
    warnings.append(ReadWarning(WarningCode.INDICATORS_WRONG, message))
    return head[:2].ljust(2)


def _mend_codes(tag: str, parts: list[str], warnings: list[ReadWarning]) -> list[str]:
    """Undo what a program that touched accents has done to "$a": "$á"."""
    mended = [unicodedata.normalize("NFKD", part[0])[0] + part[1:] for part in parts]
    if mended != parts:
        message = f"Field {tag}: a subfield code had an accent, which was removed."
        warnings.append(ReadWarning(WarningCode.SUBFIELD_CODE_REPAIRED, message))
    return mended


def clean(text: str, where: str, warnings: list[ReadWarning]) -> str:
    """Drop C0 controls, which no database or XML file can store; line breaks become spaces."""
    if not _CONTROLS.search(text):
        return text
    message = f"{where}: control characters were removed."
    warnings.append(ReadWarning(WarningCode.CONTROL_CHARACTER_REMOVED, message))
    return _CONTROLS.sub("", text.translate(_LINE_BREAKS))


def refuse_other_records(record: Record) -> None:
    """Raise RecordRefused for authority, classification, community and holdings records."""
    kind = record.leader[6]
    if kind in _OTHER_RECORD_TYPES:
        raise RecordRefused(
            RejectCode.NOT_BIBLIOGRAPHIC,
            f"Leader/06 is {kind!r}: an authority, classification or holdings record, not a title.",
        )


def refuse_unimarc(tags: Collection[str], field_100: str) -> None:
    """Raise RecordRefused where a record cannot be MARC 21; `field_100` is the text of its $a.

    UNIMARC keeps the title in 200 and, in 100, a date and 27 more coded characters. MARC 21 has
    no field 200, and a person's name never begins with eight digits (UNIMARC manual,
    bibliographic format, 100: General processing data).
    """
    if "245" not in tags and "200" in tags and _UNIMARC_CODED_DATA.match(field_100):
        raise unimarc_refused()


def unimarc_refused() -> RecordRefused:
    return RecordRefused(
        RejectCode.UNIMARC_UNSUPPORTED,
        "This record is UNIMARC; ask for MARC 21 or convert it first.",
    )
