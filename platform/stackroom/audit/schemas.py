from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from stackroom.core.schemas import Instant, Out, PageOut, example


class ActorOut(Out):
    id: UUID | None
    label: str
    type: str


class SubjectOut(Out):
    type: str
    id: UUID | None
    label: str


class PartOut(Out):
    label: str = Field("", description="such as 245 $a Title; empty for words and list members")
    before: str | None = Field(description="null where it came")
    after: str | None = Field(description="null where it went")


class ChangeOut(Out):
    field: str
    label: str = Field("", description="what people call the field")
    before: Any = Field(description="null where the field held nothing")
    after: Any = Field(description="as before where part of a record only changed places")
    before_label: str = Field(
        "", description="the value in words, of an id the record’s name then; empty if it is plain"
    )
    after_label: str = ""
    detail: list[PartOut] = Field([], description="what differs within the two")


class EntryOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "768211200000000-0",
                    "at": "2026-11-23T09:30:00.125Z",
                    "actor": {"id": None, "label": "Anna Berg", "type": "person"},
                    "action": "bib.updated",
                    "sentence": "changed the year of the title “Persuasion” from 1817 to 1818",
                    "subject": {"type": "bib", "id": None, "label": "Persuasion"},
                    "changes": [
                        {
                            "field": "year",
                            "label": "year",
                            "before": 1817,
                            "after": 1818,
                            "before_label": "1817",
                            "after_label": "1818",
                            "detail": [],
                        }
                    ],
                    "data": None,
                    "channel": "api",
                    "request_id": "0190f5a0-7f3e-7cc4-8a5e-9b1d2c3e4f50",
                    "ip": "192.0.2.7",
                    "reason": "",
                    "roles": ["librarian"],
                    "by_right": "bibs.write",
                    "on_behalf_of": "",
                    "user_agent": "curl/8.10",
                    "library_id": None,
                    "batch_id": None,
                }
            ]
        }
    )

    id: str
    at: Instant
    actor: ActorOut
    action: str
    sentence: str = Field(description="what was done, to be read after the actor's name")
    subject: SubjectOut
    changes: list[ChangeOut]
    data: dict[str, Any] | None = Field(description="the facts of an event; null for a change")
    channel: str
    request_id: str
    ip: str
    reason: str
    roles: list[str] = Field([], description="those the actor held then")
    by_right: str = Field("", description="the permission that let the request in")
    on_behalf_of: str = Field(description="the admin who let Stackroom's support in")
    user_agent: str
    library_id: UUID | None = Field(description="where it happened, if at one library")
    batch_id: UUID | None = Field(description="shared by all changes of one import or bulk change")


class EntriesPage(PageOut):
    model_config = example({"total_is_exact": True, "older": None, "looked_through": True})

    items: list[EntryOut]
    total_is_exact: bool = Field(
        description="false where there are more: as many as `total` were counted, and no further"
    )
    older: str | None = Field(
        description="`before` for the lines behind these; null where nothing older fits"
    )
    looked_through: bool = Field(
        description="false where words were looked for in the newest lines alone, and `older` "
        "leads to the lines behind them"
    )
