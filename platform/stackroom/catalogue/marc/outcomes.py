"""What reading yields: one outcome for each record of the file, good or bad."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pymarc import Record


class Format(StrEnum):
    AUTO = "auto"
    MARC = "marc"
    MARCXML = "marcxml"
    CSV = "csv"


class RejectCode(StrEnum):
    """Why a record was not taken; clients may rely on these words."""

    DIRECTORY_INVALID = "directory_invalid"
    ENCODING_INVALID = "encoding_invalid"
    FIELD_INVALID = "field_invalid"
    GZIP_DAMAGED = "gzip_damaged"
    LEADER_INVALID = "leader_invalid"
    NOT_BIBLIOGRAPHIC = "not_bibliographic"
    RECORD_EMPTY = "record_empty"
    RECORD_TOO_LONG = "record_too_long"
    ROW_MALFORMED = "row_malformed"
    TITLE_MISSING = "title_missing"
    TRUNCATED = "truncated"
    UNIMARC_UNSUPPORTED = "unimarc_unsupported"
    XML_MALFORMED = "xml_malformed"


class WarningCode(StrEnum):
    """What was mended or left out while a record was read."""

    BASE_ADDRESS_WRONG = "base_address_wrong"
    COLUMN_IGNORED = "column_ignored"
    CONTROL_CHARACTER_REMOVED = "control_character_removed"
    DATA_UNREFERENCED = "data_unreferenced"
    DIACRITIC_MISPLACED = "diacritic_misplaced"
    DIRECTORY_WRONG = "directory_wrong"
    ENCODING_DOUBLED = "encoding_doubled"
    ENCODING_MISLABELLED = "encoding_mislabelled"
    FIELD_KIND_WRONG = "field_kind_wrong"
    INDICATORS_WRONG = "indicators_wrong"
    ISBN_INVALID = "isbn_invalid"
    LANGUAGE_UNKNOWN = "language_unknown"
    LEADER_LENGTH_WRONG = "leader_length_wrong"
    LEADER_REPAIRED = "leader_repaired"
    REPLACEMENT_CHARACTER = "replacement_character"
    SUBFIELD_CODE_MISSING = "subfield_code_missing"
    SUBFIELD_CODE_REPAIRED = "subfield_code_repaired"
    TAG_REPAIRED = "tag_repaired"


class ReadWarning(NamedTuple):
    code: WarningCode
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A record, Unicode throughout (its leader/09 says so), at its 1-based place in the file.

    `raw` is the record as it stood there: bytes up to and with the terminator, the XML element,
    or the row.
    """

    position: int
    record: Record
    raw: bytes
    warnings: tuple[ReadWarning, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was not taken; `raw` is kept for its owner to mend, at most 64 KiB of it
    where the record is over-long.
    """

    position: int
    code: RejectCode
    message: str
    raw: bytes


Outcome = Parsed | Rejected

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""The longest record held in memory; ISO 2709 allows 99,999, the longest seen has 1.1 million."""

RAW_KEPT_BYTES = 64 * 1024
