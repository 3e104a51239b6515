from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from stackroom.core.schemas import In, Instant, Out, PageOut, example
from tenants.domains import DomainStatus


class DomainIn(In):
    model_config = example({"host": "catalogue.north.example"})

    host: Annotated[str, Field(min_length=1, max_length=300)]


class DomainChange(In):
    model_config = example({"canonical": True})

    canonical: bool = Field(description="links and redirects lead here; false: to the subdomain")


class RecordOut(Out):
    """The record that proves the domain; it has to stay."""

    type: Literal["TXT"] = "TXT"
    name: str
    value: str


class DomainOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000030",
            "host": "catalogue.north.example",
            "url": "https://catalogue.north.example",
            "status": "verified",
            "canonical": False,
            "record": {
                "type": "TXT",
                "name": "_stackroom.catalogue.north.example",
                "value": "stackroom-domain=5f2d6c0e8f5b4c0d9a3e7b1c2d4f6a80",
            },
            "finding": "the record",
            "claimed_at": "2026-03-28T09:00:00Z",
            "verified_at": "2026-03-28T09:20:00Z",
            "checked_at": "2026-03-30T07:20:00Z",
            "failing_since": None,
        }
    )

    id: UUID
    host: str
    url: str
    status: DomainStatus
    canonical: bool
    record: RecordOut
    finding: str = Field(description="what the last look into DNS has found; empty before it")
    claimed_at: Instant
    verified_at: Instant | None
    checked_at: Instant | None
    failing_since: Instant | None


class DomainsPage(PageOut):
    items: list[DomainOut]
