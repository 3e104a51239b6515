from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from stackroom.core.pagination import PageQuery, Query
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example
from stackroom.staff.reviews.models import About, LineState, ReviewState, Unanswered

Note = Annotated[Text, Field(max_length=500)]
Why = Annotated[Text, StringConstraints(min_length=3, max_length=500)]
Day = Annotated[int, Field(ge=1, le=90)]
Standing = Literal["same", "changed", "gone"]
"""What has become of a role since the review began."""


class ReviewIn(In):
    model_config = example(
        {
            "name": "Spring review",
            "due_on": "2099-03-31",
            "about": "everybody",
            "unanswered": "revoke",
            "reminder_days": [7, 1],
        }
    )

    name: Line
    due_on: date = Field(description="the last day, where the organisation is")
    about: About = About.EVERYBODY
    role: Text = Field("", max_length=40, description="with `about` role: which")
    idle_days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        None, description="whoever has not signed in for so many days is idle"
    )
    unanswered: Unanswered = Unanswered.REVOKE
    close_idle: bool = Field(
        False, description="in the end, close idle accounts of which no role was confirmed"
    )
    reviewers: list[UUID] = Field([], max_length=50, description="accounts; left out: each admin")
    reminder_days: list[Day] = Field(
        [7, 1], max_length=5, description="so many days before the end, reviewers get a mail"
    )


class ReviewForm(ReviewIn):
    """The page's form, where no box that is ticked means no reminder."""

    reminder_days: list[Day] = Field([], max_length=5)


class DecisionIn(In):
    model_config = example({"decision": "confirmed", "note": "Still at the desk on Mondays."})

    decision: Literal["confirmed", "withdrawn"]
    note: Note = ""


class NoteIn(In):
    note: Note = ""


class CancelIn(In):
    model_config = example({"reason": "Started with the wrong date."})

    reason: Why = Field(description="stands in the trail and in the report")


class Reviewer(Out):
    id: UUID
    name: str


class ReviewOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000040",
            "name": "Spring review",
            "state": "open",
            "about": "everybody",
            "role": "",
            "idle_days": None,
            "unanswered": "revoke",
            "close_idle": False,
            "reviewers": [],
            "reminder_days": [7, 1],
            "due_on": "2099-03-31",
            "due_at": "2099-03-31T22:00:00Z",
            "time_zone": "Europe/Zurich",
            "started_at": "2099-03-01T09:00:00Z",
            "started_by": "Anna Berg",
            "ended_at": None,
            "ended_by": "",
            "end_reason": "",
            "lines": {"open": 12, "confirmed": 3},
        }
    )

    id: UUID
    name: str
    state: ReviewState
    about: About
    role: str
    idle_days: int | None
    unanswered: Unanswered
    close_idle: bool
    reviewers: list[Reviewer] = Field(description="empty: each admin")
    reminder_days: list[int]
    due_on: date
    due_at: Instant = Field(description="the end of that day, where the organisation was")
    time_zone: str
    started_at: Instant
    started_by: str
    ended_at: Instant | None
    ended_by: str
    end_reason: str
    lines: dict[LineState, int] = Field(description="how many there are in each state")


class ReviewPage(PageOut):
    items: list[ReviewOut]


class DecisionOut(Out):
    at: Instant
    by: str
    by_id: UUID | None
    before: LineState
    after: LineState
    note: str


class ReviewLineOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000041",
            "account_id": "0197c0de-0000-7000-8000-000000000008",
            "person": "Carl Holm",
            "email": "carl@north.example",
            "role": "librarian",
            "title": "Librarian",
            "permissions": 14,
            "library": "",
            "until": None,
            "last_sign_in_at": "2099-02-27T08:00:00Z",
            "origin": "hand",
            "given_by": "Anna Berg",
            "given_at": "2098-06-01T08:00:00Z",
            "state": "confirmed",
            "standing": "same",
            "own": False,
            "decisions": [
                {
                    "at": "2099-03-02T09:00:00Z",
                    "by": "Anna Berg",
                    "by_id": "0197c0de-0000-7000-8000-000000000007",
                    "before": "open",
                    "after": "confirmed",
                    "note": "Still at the desk on Mondays.",
                }
            ],
        }
    )

    id: UUID
    account_id: UUID
    person: str
    email: str
    role: str
    title: str
    permissions: int = Field(description="how many the role confers")
    library: str = Field(description="empty: every library")
    until: Instant | None
    last_sign_in_at: Instant | None
    origin: str = Field(description="hand, sign_on or directory")
    given_by: str
    given_at: Instant | None
    state: LineState
    standing: Standing = Field(description="what has become of the role since the review began")
    own: bool = Field(description="the organisation's only admin decided about themself")
    decisions: list[DecisionOut]


class ReviewLinePage(PageOut):
    items: list[ReviewLineOut]


class LineQuery(PageQuery):
    state: LineState | None = None
    account_id: UUID | None = None


class PeopleQuery(PageQuery):
    state: LineState | None = None


class ReportQuery(Query):
    format: Literal["json", "csv"] = "json"
