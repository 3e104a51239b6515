"""What is wrong with a whole file, with one record, or with a record to be written."""

from typing import ClassVar

from stackroom.catalogue.marc.outcomes import RejectCode


class MarcError(Exception):
    """`code` is stable; the message is a sentence for the person who brought the file."""

    code: ClassVar[str] = "marc_error"


class NotMarc(MarcError):
    """The file is something else."""

    code = "not_marc"


class EmptyFile(MarcError):
    """The file holds no bytes, or no records."""

    code = "empty_file"


class UnsafeXml(MarcError):
    """The XML declares entities or nests absurdly deep, as only an attack does."""

    code = "xml_unsafe"


class HeaderMissing(MarcError):
    """The first row of a spreadsheet names no title column."""

    code = "csv_header_missing"


class RecordTooLarge(MarcError):
    """ISO 2709 writes a field's length in 4 digits and a record's in 5."""

    code = "record_too_large"


class UnwritableRecord(MarcError):
    """A record holds what the format asked for cannot express."""

    code = "record_unwritable"


class InvalidMarcJson(MarcError):
    """A document is not MARC-in-JSON."""

    code = "marc_json_invalid"


class TitleMissing(MarcError):
    """A record without any title cannot be found again."""

    code = RejectCode.TITLE_MISSING.value


class RecordRefused(Exception):
    """Raised inside a reader; the caller of the reader sees a `Rejected` outcome instead."""

    def __init__(self, code: RejectCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
