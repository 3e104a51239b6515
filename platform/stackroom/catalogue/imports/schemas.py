from typing import Any, Literal
from uuid import UUID

from apiflask.fields import UploadFile
from pydantic import ConfigDict, Field

from stackroom.catalogue.imports.models import ImportStatus
from stackroom.catalogue.marc import Format, ItemMapping
from stackroom.core.schemas import In, Instant, Out, PageOut, Text, example

Mapping = Literal["none", "852", "876", "949", "952", "999"]


class ImportOptions(In):
    """What a person chooses for a file."""

    format: Format = Format.AUTO
    mapping: Mapping = Field("none", description="the field that holds the copies")
    dry_run: bool = Field(False, description="counts and refusals, but nothing is written")
    source: Text = Field(
        "", max_length=100, description="stands in for a missing 003: who numbered the records"
    )

    def chosen(self) -> dict[str, Any]:
        mapping = None if self.mapping == "none" else ItemMapping(self.mapping)
        return {**self.model_dump(exclude={"mapping", "file"}), "mapping": mapping}


class ImportIn(ImportOptions):
    file: UploadFile


class ImportOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0197c0de-0000-7000-8000-000000000001",
                    "status": "succeeded",
                    "format": "auto",
                    "mapping": "949",
                    "dry_run": False,
                    "source": "",
                    "filename": "jazz_1k.mrc",
                    "read": 1000,
                    "created": 998,
                    "updated": 0,
                    "unchanged": 0,
                    "rejected": 2,
                    "warnings": 14,
                    "bytes_read": 939407,
                    "bytes_total": 939407,
                    "detail": "",
                    "created_by": "Anna Berg",
                    "created_at": "2026-03-28T10:00:00Z",
                    "started_at": "2026-03-28T10:00:01Z",
                    "finished_at": "2026-03-28T10:00:03Z",
                }
            ]
        }
    )

    id: UUID
    status: ImportStatus
    format: Format
    mapping: ItemMapping | None
    dry_run: bool
    source: str
    filename: str
    read: int = Field(description="always created + updated + unchanged + rejected")
    created: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int
    bytes_read: int
    bytes_total: int
    detail: str = Field(description="why it stopped or failed")
    created_by: str
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None


class ImportPage(PageOut):
    items: list[ImportOut]


class RejectOut(Out):
    model_config = example(
        {
            "position": 17,
            "code": "encoding_invalid",
            "message": "Field 245 is no UTF-8.",
            "raw": "00071nam a2200037 a 4500245001000000\u001e  \u001faEmma",
            "raw_encoding": "utf-8",
        }
    )

    position: int = Field(description="place in the file, counted from 1")
    code: str
    message: str
    raw: str = Field(description="the record as it stood in the file")
    raw_encoding: Literal["utf-8", "base64"]


class RejectPage(PageOut):
    items: list[RejectOut]


class WarningOut(Out):
    model_config = example(
        {
            "position": 18,
            "code": "encoding_mislabelled",
            "message": "Field 100 was read as Latin-1.",
        }
    )

    position: int
    code: str
    message: str


class WarningPage(PageOut):
    items: list[WarningOut]
