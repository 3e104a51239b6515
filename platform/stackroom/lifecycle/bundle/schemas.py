"""Exports as the API shows them."""

from uuid import UUID

from pydantic import Field

from stackroom.core.schemas import Instant, Out, PageOut, example
from stackroom.lifecycle.bundle.models import ExportStatus


class ExportOut(Out):
    model_config = example(
        {
            "id": "0193b3a4-5d7e-7c31-9f5e-2b8f6a1c4d70",
            "status": "ready",
            "reason": "on request",
            "done": 48210,
            "total": 48210,
            "size": 7340032,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "detail": "",
            "requested_by": "Anna Berg",
            "requested_at": "2026-03-28T10:00:00Z",
            "finished_at": "2026-03-28T10:00:21Z",
            "expires_at": "2026-04-27T10:00:21Z",
        }
    )

    id: UUID
    status: ExportStatus
    reason: str
    done: int = Field(description="lines written so far")
    total: int = Field(description="lines there are; 0 until they are counted")
    size: int = Field(description="bytes of the file; 0 until it is ready")
    sha256: str
    detail: str = Field(description="why it failed")
    requested_by: str
    requested_at: Instant
    finished_at: Instant | None
    expires_at: Instant | None


class ExportPage(PageOut):
    items: list[ExportOut]
