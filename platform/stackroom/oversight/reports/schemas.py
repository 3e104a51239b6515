"""Control reports as they are asked for and shown."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from stackroom.audit.filters import Moment, Words
from stackroom.core.controls import Bar, Finding
from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example
from stackroom.oversight.reports.models import Conclusion, RunState

Written = Annotated[Text, StringConstraints(min_length=1, max_length=5000)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2090, 12, 31))]


class SpanIn(In):
    """Days where the library is, or the organisation; both belong to the span."""

    since: Day
    until: Day
    library: Annotated[Line, Field(max_length=40)] | None = Field(
        None, description="the code of one library; else all"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since > self.until:
            raise ValueError("The first day must not come after the last.")
        return self


class RunIn(SpanIn):
    model_config = example(
        {
            "control": "circulation.overrides", "since": "2026-01-01", "until": "2026-03-31",
            "parameters": {"threshold": 3.5},
        }
    )  # fmt: skip

    control: Annotated[Line, Field(max_length=80)]
    parameters: dict[str, Any] = Field(
        {}, description="as the control's schema says", max_length=20
    )


class RunQuery(PageQuery):
    control: Words = ""


class FindingQuery(PageQuery):
    outlier: bool | None = Field(None, description="only those that stand out, or that do not")


class FileQuery(In):
    format: Annotated[str, Field(pattern="^(csv|json|pdf)$")] = "csv"


class SampleIn(In):
    """From the findings of a run where one is named, else from the entries that the filters leave;
    without filters, from the whole trail until now."""

    model_config = example({"size": 25, "seed": "audit 2026", "action": "loan.checked_out"})

    size: int = Field(25, ge=1, le=500)
    seed: Annotated[Line, Field(max_length=100)] | None = Field(
        None, description="the same seed draws the same again; one is made up where none is given"
    )
    control_run_id: UUID | None = None
    actor: Words = Field("", description="the id of who did it, or words of the name")
    action: Words = Field("", description="such as loan.checked_out or bib.updated")
    subject_type: Words = Field("", description="the kind of record, such as bib")
    q: Words = Field("", description="words of the record's label or of what is said of it")
    since: Moment | None = Field(None, description="from this day or instant on")
    until: Moment | None = Field(None, description="to the end of this day, or before this instant")


class TextIn(In):
    model_config = example({"text": "Asked on Monday: the book drop was emptied late."})

    text: Written


class NoteIn(TextIn):
    model_config = example({"text": "Agreed with the director.", "finding": 1})

    finding: int | None = Field(None, ge=1, description="its number; left out: on the whole run")


class SignOffIn(In):
    model_config = example({"conclusion": "with_remarks", "text": "Two of three are explained."})

    conclusion: Conclusion
    text: Annotated[Text, StringConstraints(max_length=5000)] = ""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.conclusion is not Conclusion.SATISFACTORY and not self.text:
            raise ValueError("Say in the remarks what is not as it should be.")
        return self


class RunOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000094",
            "control": "circulation.overrides",
            "title": "Overrides at the desk",
            "since": "2026-01-01T00:00:00Z",
            "until": "2026-04-01T00:00:00Z",
            "time_zone": "Europe/Zurich",
            "library": "",
            "parameters": {"threshold": 3.5},
            "state": "ready",
            "detail": "",
            "asked_by": "Eva Audit",
            "asked_at": "2026-03-28T10:00:00Z",
            "finished_at": "2026-03-28T10:05:00Z",
            "found": 2,
            "outliers": 1,
            "looked_at": 1840,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "notes": [],
            "measure": "overrides",
            "bars": [{"label": "Anna Berg", "value": 41, "outlier": True}],
            "cut": False,
        }
    )

    id: UUID
    control: str
    title: str
    since: Instant
    until: Instant = Field(description="does not belong to the span any more")
    time_zone: str
    library: str = Field(description="empty: all libraries")
    parameters: dict[str, Any]
    state: RunState
    detail: str = Field(description="why it failed")
    asked_by: str
    asked_at: Instant
    finished_at: Instant | None
    found: int | None = Field(description="how many findings; null until it is ready")
    outliers: int | None
    looked_at: int | None = Field(description="acts, or accounts, that were looked at")
    sha256: str = Field(description="of the findings in canonical JSON; empty until it is ready")
    notes: list[str] = Field(description="what one must know to read it")
    measure: str
    bars: list[Bar]
    cut: bool = Field(description="there is more than is kept: choose a shorter span")


class RunPage(PageOut):
    items: list[RunOut]


class ControlOut(Out):
    model_config = example(
        {
            "key": "circulation.overrides",
            "title": "Overrides at the desk",
            "why": "An override lends against the rules.",
            "by_library": True,
            "parameters": {"type": "object", "properties": {}},
            "last_run": None,
        }
    )

    key: str
    title: str
    why: str
    by_library: bool = Field(description="whether it can be asked of one library")
    parameters: dict[str, Any] = Field(description="their JSON schema, with defaults")
    last_run: RunOut | None


class ControlList(Out):
    model_config = example(
        {
            "items": [
                {
                    "key": "circulation.overrides",
                    "title": "Overrides at the desk",
                    "why": "An override lends against the rules.",
                    "by_library": True,
                    "parameters": {"type": "object", "properties": {}},
                    "last_run": None,
                }
            ]
        }
    )

    items: list[ControlOut]


class FindingOut(Finding):
    number: int = Field(description="within the run, from 1")
    subject: str = Field(description="the record's name, as the trail tells it now")


class FindingPage(PageOut):
    items: list[FindingOut]


class SampleOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000095",
            "control_run_id": None,
            "asked": {"action": "loan.checked_out"},
            "seed": "audit 2026",
            "population": 1840,
            "units": ["768211200000000-0"],
            "entries": ["768211200000000-0"],
            "method": "Each unit is as likely as any other.",
            "drawn_by": "Eva Audit",
            "drawn_at": "2026-03-28T10:00:00Z",
        }
    )

    id: UUID
    control_run_id: UUID | None = Field(validation_alias="run_id")
    asked: dict[str, Any] = Field(description="the filters it was drawn by")
    seed: str
    population: int
    units: list[str] = Field(description="drawn, in the order of the draw")
    entries: list[str] = Field(description="ids of the entries behind them")
    method: str
    drawn_by: str
    drawn_at: Instant


class SamplePage(PageOut):
    items: list[SampleOut]


class NoteOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000096",
            "control_run_id": "0197c0de-0000-7000-8000-000000000094",
            "finding": 1,
            "control_sample_id": None,
            "corrects_id": None,
            "text": "Agreed with the director.",
            "written_by": "Eva Audit",
            "written_at": "2026-03-28T10:00:00Z",
        }
    )

    id: UUID
    control_run_id: UUID | None = Field(validation_alias="run_id")
    finding: int | None
    control_sample_id: UUID | None = Field(validation_alias="sample_id")
    corrects_id: UUID | None
    text: str
    written_by: str
    written_at: Instant


class NotePage(PageOut):
    items: list[NoteOut]


class SignOffOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000097",
            "conclusion": "with_remarks",
            "text": "Two of three are explained.",
            "signed_by": "Eva Audit",
            "signed_at": "2026-03-28T10:00:00Z",
        }
    )

    id: UUID
    conclusion: Conclusion
    text: str
    signed_by: str
    signed_at: Instant


class SignOffList(Out):
    model_config = example(
        {
            "items": [
                {
                    "id": "0197c0de-0000-7000-8000-000000000097",
                    "conclusion": "with_remarks",
                    "text": "Two of three are explained.",
                    "signed_by": "Eva Audit",
                    "signed_at": "2026-03-28T10:00:00Z",
                }
            ]
        }
    )

    items: list[SignOffOut]
