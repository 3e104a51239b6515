"""MARC records: read from files of any quality, understood, and written. No database, no Flask."""

from stackroom.catalogue.marc.bibfields import BibFields, extract
from stackroom.catalogue.marc.errors import (
    EmptyFile,
    HeaderMissing,
    InvalidMarcJson,
    MarcError,
    NotMarc,
    RecordTooLarge,
    TitleMissing,
    UnsafeXml,
    UnwritableRecord,
)
from stackroom.catalogue.marc.items import ItemFields, ItemMapping, items
from stackroom.catalogue.marc.marcjson import MarcJson, from_json, to_json
from stackroom.catalogue.marc.material import MaterialType
from stackroom.catalogue.marc.outcomes import (
    Format,
    Outcome,
    Parsed,
    ReadWarning,
    RejectCode,
    Rejected,
    WarningCode,
)
from stackroom.catalogue.marc.source import open_source
from stackroom.catalogue.marc.wording import sort_form
from stackroom.catalogue.marc.writing import to_iso2709, to_marcxml

__all__ = [
    "BibFields",
    "EmptyFile",
    "Format",
    "HeaderMissing",
    "InvalidMarcJson",
    "ItemFields",
    "ItemMapping",
    "MarcError",
    "MarcJson",
    "MaterialType",
    "NotMarc",
    "Outcome",
    "Parsed",
    "ReadWarning",
    "RecordTooLarge",
    "RejectCode",
    "Rejected",
    "TitleMissing",
    "UnsafeXml",
    "UnwritableRecord",
    "WarningCode",
    "extract",
    "from_json",
    "items",
    "open_source",
    "sort_form",
    "to_iso2709",
    "to_json",
    "to_marcxml",
]
