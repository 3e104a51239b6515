"""Exports of the trail as the API takes and shows them."""

from typing import Any
from uuid import UUID

from pydantic import Field

from stackroom.audit.filters import Filters
from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Out, PageOut, example
from stackroom.oversight.exports.models import ExportStatus, Format


class ExportForm(In):
    """The page's form; its filter stands in the address."""

    format: Format
    with_values: bool = Field(
        False, description="also what the fields held, and not their names alone"
    )


class AuditExportIn(ExportForm):
    model_config = example(
        {
            "format": "ocsf",
            "with_values": False,
            "filter": {"since": "2026-03-01", "action": "loan.renewed"},
        }
    )

    filter: Filters = Field(
        default_factory=Filters,
        description="as in the query of GET /audit/entries; its page is not heeded",
    )


def plain(query: Filters) -> dict[str, Any]:
    """A filter as it is kept: what it asks for, and nothing of its pages."""
    return query.model_dump(mode="json", exclude_defaults=True, exclude=set(PageQuery.model_fields))


class AuditExportOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000080",
            "status": "ready",
            "format": "ocsf",
            "with_values": False,
            "filter": {"since": "2026-03-01"},
            "done": 48210,
            "total": 48210,
            "size": 7340032,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "detail": "",
            "requested_by": "Anna Berg",
            "requested_by_id": "0197c0de-0000-7000-8000-000000000007",
            "requested_at": "2026-03-28T10:00:00Z",
            "finished_at": "2026-03-28T10:00:21Z",
            "expires_at": "2026-04-04T10:00:21Z",
        }
    )

    id: UUID
    status: ExportStatus
    format: Format
    with_values: bool
    filter: dict[str, Any]
    done: int = Field(description="entries written so far")
    total: int = Field(description="entries there are; 0 until they are counted")
    size: int = Field(description="bytes of the file; 0 until it is ready")
    sha256: str
    detail: str = Field(description="why it failed")
    requested_by: str
    requested_by_id: UUID | None
    requested_at: Instant
    finished_at: Instant | None
    expires_at: Instant | None


class AuditExportsPage(PageOut):
    items: list[AuditExportOut]
