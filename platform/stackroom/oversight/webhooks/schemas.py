import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from stackroom.audit.filters import Moment
from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example
from stackroom.oversight.webhooks.models import Format, Kind, Outcome, State

DEFAULT_OVERLAP, LONGEST_OVERLAP = 24, 168
"""Hours."""
MOST_ACTIONS = 50

Name = Annotated[Line, StringConstraints(max_length=100)]
Url = Annotated[Line, StringConstraints(max_length=1000)]
BEGIN = r"[a-z][a-z_]{0,40}(\.[a-z_]{0,40})?"
Begin = Annotated[str, StringConstraints(max_length=60, pattern=f"^{BEGIN}$")]
Hours = Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)]


class WebhookIn(In):
    model_config = example(
        {
            "name": "SIEM",
            "url": "https://siem.north.example/stackroom",
            "actions": ["auth.", "role.", "patron.viewed"],
            "format": "ocsf",
            "with_values": False,
        }
    )

    name: Name
    url: Url
    actions: list[Begin] = Field(
        [], max_length=MOST_ACTIONS, description="how the actions that are sent begin; none: all"
    )
    format: Format = Format.STACKROOM
    with_values: bool = Field(
        False, description="also what fields held; what is about readers is never sent"
    )


def _lines(text: str) -> str:
    for line in text.split():
        if not re.fullmatch(BEGIN, line):
            raise ValueError(f"“{line[:60]}” begins no action; write auth. or loan.renewed.")
    return "\n".join(text.split())


class WebhookForm(In):
    """The page's form: each beginning stands on a line of its own."""

    name: Name
    url: Url
    actions: Annotated[Text, Field(max_length=3000), AfterValidator(_lines)] = ""
    format: Format = Format.STACKROOM
    with_values: bool = False

    def given(self) -> WebhookIn:
        return WebhookIn(**self.model_dump() | {"actions": self.actions.split()})


class WebhookChange(In):
    model_config = example({"actions": ["auth."], "state": "paused"})

    name: Name | None = None
    url: Url | None = None
    actions: Annotated[list[Begin], Field(max_length=MOST_ACTIONS)] | None = None
    format: Format | None = None
    with_values: bool | None = None
    state: Literal["on", "paused"] | None = None


class SecretIn(In):
    model_config = example({"overlap_hours": 24})

    overlap_hours: Hours = Field(DEFAULT_OVERLAP, description="how long the old secret signs, too")


class ReplayIn(In):
    model_config = example({"since": "2026-03-01", "until": "2026-03-02"})

    since: Moment = Field(description="from this day or instant on")
    until: Moment | None = Field(None, description="to the end of this day, or before this instant")


class DeliveryQuery(PageQuery):
    outcome: Outcome | None = None


WEBHOOK: dict[str, Any] = {
    "id": "0197c0de-0000-7000-8000-000000000081",
    "name": "SIEM",
    "url": "https://siem.north.example/stackroom",
    "actions": ["auth.", "role."],
    "format": "ocsf",
    "with_values": False,
    "state": "on",
    "why": "",
    "failing_since": None,
    "previous_until": None,
    "created_at": "2026-03-28T09:00:00Z",
}


class WebhookOut(Out):
    model_config = example(WEBHOOK)

    id: UUID
    name: str
    url: str
    actions: list[str]
    format: Format
    with_values: bool
    state: State
    why: str = Field(description="of a pause, or of a failure")
    failing_since: Instant | None
    previous_until: Instant | None = Field(description="until when the old secret signs, too")
    created_at: Instant


class WebhooksPage(PageOut):
    items: list[WebhookOut]


class WebhookSecretOut(WebhookOut):
    model_config = example(WEBHOOK | {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})

    secret: str = Field(description="by which messages are signed; it is shown this once")


class AttemptOut(Out):
    at: Instant
    status: int | None = Field(description="HTTP's; null where there was no answer")
    why: str
    milliseconds: int
    answer: str = Field(description="how it began")


DELIVERY: dict[str, Any] = {
    "id": "0197c0de-0000-7000-8000-000000000082",
    "message_id": "msg_0197c0de000070008000000000000082",
    "kind": "batch",
    "outcome": "dead",
    "entries": ["768211200000000-0"],
    "attempts": 14,
    "why": "it answered with the status 500",
    "made_at": "2026-03-28T09:00:00Z",
    "next_at": "2026-03-29T09:10:00Z",
    "ended_at": "2026-03-29T09:10:00Z",
}


class DeliveryOut(Out):
    model_config = example(DELIVERY)

    id: UUID
    message_id: str = Field(description="as the receiver sees it, in `webhook-id`")
    kind: Kind
    outcome: Outcome
    entries: list[str] = Field(description="the ids of the entries it carries")
    attempts: int
    why: str
    made_at: Instant
    next_at: Instant
    ended_at: Instant | None


class DeliveriesPage(PageOut):
    items: list[DeliveryOut]


class DeliveryWithAttemptsOut(DeliveryOut):
    model_config = example(
        DELIVERY
        | {
            "tries": [
                {
                    "at": "2026-03-28T09:00:00Z",
                    "status": 500,
                    "why": "it answered with the status 500",
                    "milliseconds": 120,
                    "answer": "internal error",
                }
            ]
        }
    )

    tries: list[AttemptOut] = Field(description="the latest first, kept for thirty days")


class ReplayOut(Out):
    model_config = example({"transactions": 120})

    transactions: int = Field(description="how many were put into the queue again")
