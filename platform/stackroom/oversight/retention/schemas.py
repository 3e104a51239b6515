from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from stackroom.core.schemas import In, Instant, Out, PageOut, Text, example
from stackroom.oversight.retention.models import LONGEST_YEARS

Why = Annotated[Text, StringConstraints(min_length=3, max_length=500)]


class KeepIn(In):
    model_config = example({"keep_years": 10})

    keep_years: int = Field(
        ge=1, le=LONGEST_YEARS, description="whole years of history that stay at hand"
    )


class HoldIn(In):
    model_config = example({"reason": "Northgate v. Library, case 4411/26"})

    reason: Why = Field(description="stands in the trail")


class RetentionOut(Out):
    model_config = example(
        {
            "keep_years": 7,
            "floor_years": 2,
            "legal_hold": False,
            "hold_reason": "",
            "held_since": None,
            "held_by": "",
        }
    )

    keep_years: int = Field(description="older years may move to archives, and are kept there")
    floor_years: int = Field(description="the least that may be chosen here")
    legal_hold: bool = Field(description="nothing moves, and the organisation is not purged")
    hold_reason: str
    held_since: Instant | None
    held_by: str


class ArchiveOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000090",
            "year": 2023,
            "size": 734003,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "rows": 48210,
            "first_checkpoint": 1,
            "last_checkpoint": 365,
            "archived_at": "2031-01-09T02:00:00Z",
        }
    )

    id: UUID
    year: int
    size: int = Field(description="bytes of the file")
    sha256: str
    rows: int
    first_checkpoint: int
    last_checkpoint: int
    archived_at: Instant


class ArchivePage(PageOut):
    items: list[ArchiveOut]
