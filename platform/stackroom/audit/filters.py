"""What one may ask of the trail. Pages, API, saved searches and the live tail ask by the same."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator
from pydantic_core.core_schema import ValidationInfo

from stackroom.core.actor import Channel
from stackroom.core.pagination import PageQuery, Query
from stackroom.core.schemas import Text

YEARS = range(1970, 2090)
ENTRY_ID = re.compile(r"(\d{1,18}|[1-8]\d{18})-(\d{1,9})")
"""Never more than the database's integers hold."""
Place = tuple[int, int]
"""Of a line: its transaction, and its position in there."""


def _day_or_instant(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        moment = date.fromisoformat(given) if len(given) == 10 else datetime.fromisoformat(given)
    except ValueError:
        raise ValueError("Use a day, 2026-03-28, or an instant, 2026-03-28T10:00:00Z.") from None
    if moment.year not in YEARS:
        raise ValueError(f"Use a year from {YEARS.start} to {YEARS.stop - 1}.")
    return moment


def _entry_id(given: str) -> str:
    if given and not ENTRY_ID.fullmatch(given):
        raise ValueError("Use the id of an entry, such as 768211200000000-0.")
    return given


def _action(given: str) -> str:
    if given and "." not in given:
        raise ValueError("Use an action, such as bib.updated, or a group with its dot: bib.")
    return given


Moment = Annotated[date | datetime, BeforeValidator(_day_or_instant)]
"""A day, or an instant, in the organisation's time zone where it names none."""
Words = Annotated[Text, StringConstraints(max_length=200, strip_whitespace=True)]
Action = Annotated[Words, AfterValidator(_action)]
EntryId = Annotated[Words, AfterValidator(_entry_id)]
Period = Literal["today", "7d", "30d"]
Only = Literal["events", "changes"]


class Filters(Query):
    actor: Words = Field("", description="the id of who did it, or words of the name")
    action: Action = Field("", description="such as bib.updated, or a whole group: bib.")
    subject_type: Words = Field("", description="the kind of record, such as bib")
    subject_id: UUID | None = None
    library_id: UUID | None = Field(None, description="what happened at this library")
    since: Moment | None = Field(None, description="from this day or instant on")
    until: Moment | None = Field(None, description="to the end of this day, or before this instant")
    period: Period | None = Field(None, description="instead of dates: with today, the last days")
    q: Words = Field("", description="words of the record's label or of what is said of it")
    channel: Channel | None = None
    impersonated: bool = Field(False, description="only what support did, let in by an admin")
    batch_id: UUID | None = Field(None, description="of one import or bulk change")
    request_id: Words = Field("", description="of one request, as its answer named it")
    only: Only | None = Field(None, description="events, or changes of records")

    @field_validator("period")
    @classmethod
    def _instead_of_dates(cls, given: Period | None, info: ValidationInfo) -> Period | None:
        if given and (info.data.get("since") or info.data.get("until")):
            raise ValueError("Use either a period or dates; leave the other empty.")
        return given

    def asked(self) -> dict[str, str]:
        """As an address carries them; what was left out is left out."""
        given: dict[str, Any] = Filters.model_dump(
            self, mode="json", include=set(Filters.model_fields), exclude_defaults=True
        )
        return {name: _plain(value) for name, value in given.items()}


def called(name: str) -> str:
    """What people call a filter: `q` → `words`, `library_id` → `library`."""
    return "words" if name == "q" else name.removesuffix("_id").replace("_", " ")


def _plain(value: Any) -> str:
    return "true" if value is True else str(value)


class SliceQuery(PageQuery):
    before: EntryId = Field(
        "", description="only what is older than this entry; costs the same wherever it is"
    )
    after: EntryId = Field("", description="only what is newer than this entry")

    @field_validator("before")
    @classmethod
    def _instead_of_pages(cls, given: str, info: ValidationInfo) -> str:
        if given and info.data.get("page", 1) != 1:
            raise ValueError("Use either before or page; leave the other out.")
        return given


class EntryQuery(Filters, SliceQuery):
    """All that a list of entries may be asked."""


def place(entry_id: str) -> Place:
    """Of an EntryId."""
    transaction_id, _, position = entry_id.partition("-")
    return int(transaction_id), int(position)
