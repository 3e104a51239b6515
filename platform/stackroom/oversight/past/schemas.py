from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from stackroom.audit.filters import Moment, Words
from stackroom.audit.schemas import ChangeOut
from stackroom.core.pagination import PageQuery, Query
from stackroom.core.schemas import In, Instant, Out, PageOut, Text, example
from stackroom.oversight.past.models import Act, Outcome, UndoLine, UndoStatus

Why = Annotated[Text, StringConstraints(min_length=3, max_length=500)]
Version = Annotated[str, StringConstraints(pattern=r"^(\d{1,18}|[1-8]\d{18})$")]
"""The number of a transaction, as text: JavaScript would round it."""


class AsOfQuery(Query):
    at: Moment | None = Field(
        None, description="an instant, or a day, which means its end; left out: now"
    )


class CompareQuery(Query):
    since: Moment | None = Field(None, description="left out: before the record was there")
    until: Moment | None = Field(None, description="left out: now")


class VersionQuery(Query):
    version: Version | None = None


class RestoreIn(In):
    model_config = example(
        {"version": "768211200000000", "reason": "The wrong copy was deleted.", "dry_run": True}
    )

    version: Version = Field(description="as the record’s past names it")
    reason: Why = Field(description="stands in the trail")
    dry_run: bool = Field(False, description="say what would happen, and change nothing")
    along: bool = Field(True, description="with what was deleted in the same act")


class RestoreForm(In):
    """`revision` is that of the page: nobody overwrites what they have not seen."""

    version: Version
    revision: int
    reason: Why
    along: bool = False


class RecordOut(Out):
    """`version` names the transaction that made it so."""

    kind: str
    id: UUID
    label: str
    version: str
    role: str = Field("", description="what it is to the record that was asked for")


class RelatedOut(Out):
    kind: str
    role: str = Field(description="what the record is to these")
    total: int
    items: list[RecordOut] = Field(description="the first 50")


class AsOfOut(Out):
    model_config = example(
        {
            "record": {
                "kind": "bib",
                "id": "0197c0de-0000-7000-8000-000000000090",
                "label": "Emma",
                "version": "768211200000000",
                "role": "",
            },
            "since": "2026-03-28T10:00:00Z",
            "by": "Anna Berg",
            "deleted": False,
            "values": {"title": "Emma", "year": 1816},
            "parents": [],
            "children": [
                {
                    "kind": "item",
                    "role": "title",
                    "total": 1,
                    "items": [
                        {
                            "kind": "item",
                            "id": "0197c0de-0000-7000-8000-000000000091",
                            "label": "B-1",
                            "version": "768211200000000",
                            "role": "title",
                        }
                    ],
                }
            ],
        }
    )

    record: RecordOut
    since: Instant = Field(description="when it became so, or was deleted")
    by: str
    deleted: bool = Field(description="true: it was gone by then, and these are its last values")
    values: dict[str, Any]
    parents: list[RecordOut]
    children: list[RelatedOut]


class MovementOut(Out):
    came: RelatedOut
    went: RelatedOut
    changed: RelatedOut


class ComparisonOut(Out):
    model_config = example(
        {
            "before": {
                "kind": "bib",
                "id": "0197c0de-0000-7000-8000-000000000090",
                "label": "Emma",
                "version": "768211200000000",
                "role": "",
            },
            "after": {
                "kind": "bib",
                "id": "0197c0de-0000-7000-8000-000000000090",
                "label": "Emma",
                "version": "768211200000000",
                "role": "",
            },
            "changes": [
                {
                    "field": "year",
                    "label": "year",
                    "before": 1815,
                    "before_label": "1815",
                    "after": 1816,
                    "after_label": "1816",
                    "detail": [],
                }
            ],
            "children": [
                {
                    "came": {
                        "kind": "item",
                        "role": "title",
                        "total": 1,
                        "items": [
                            {
                                "kind": "item",
                                "id": "0197c0de-0000-7000-8000-000000000091",
                                "label": "B-1",
                                "version": "768211200000000",
                                "role": "title",
                            }
                        ],
                    },
                    "went": {"kind": "item", "role": "title", "total": 0, "items": []},
                    "changed": {"kind": "item", "role": "title", "total": 0, "items": []},
                }
            ],
        }
    )

    before: RecordOut | None
    after: RecordOut | None
    changes: list[ChangeOut]
    children: list[MovementOut]


class ObstacleOut(Out):
    message: str
    first: RecordOut | None = Field(description="the record to restore first")


class RestoreOut(Out):
    model_config = example(
        {
            "record": {
                "kind": "bib",
                "id": "0197c0de-0000-7000-8000-000000000090",
                "label": "Emma",
                "version": "768211200000000",
                "role": "",
            },
            "dry_run": True,
            "changes": [
                {
                    "field": "year",
                    "label": "year",
                    "before": 1815,
                    "before_label": "1815",
                    "after": 1816,
                    "after_label": "1816",
                    "detail": [],
                }
            ],
            "along": [
                {
                    "kind": "item",
                    "id": "0197c0de-0000-7000-8000-000000000091",
                    "label": "B-1",
                    "version": "768211200000000",
                    "role": "title",
                }
            ],
            "obstacles": [],
        }
    )

    record: RecordOut
    dry_run: bool
    changes: list[ChangeOut]
    along: list[RecordOut] = Field(description="what comes back with it")
    obstacles: list[ObstacleOut] = Field(description="empty: it can be restored")


class BatchQuery(PageQuery):
    q: Words = Field("", description="words of who did it, or of the reason")
    kind: Literal["import", "undo", "bulk"] | None = None
    since: Moment | None = Field(None, description="from this day or instant on")
    until: Moment | None = Field(None, description="to the end of this day, or to this instant")


class BatchOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000092",
            "kind": "import",
            "who": "Anna Berg",
            "reason": "",
            "began": "2026-03-28T10:00:00Z",
            "ended": "2026-03-28T10:05:00Z",
            "rows": 250,
        }
    )

    id: UUID
    kind: Literal["import", "undo", "bulk"]
    who: str
    reason: str
    began: Instant
    ended: Instant
    rows: int = Field(description="how many records it touched")


class BatchesPage(PageOut):
    items: list[BatchOut]


class CountOut(Out):
    kind: str
    act: Act
    rows: int


class LeftOut(Out):
    kind: str
    id: UUID
    label: str
    act: Act
    why: str


class PreviewOut(Out):
    model_config = example(
        {
            "counts": [{"kind": "bib", "act": "delete", "rows": 249}],
            "left": [
                {
                    "kind": "bib",
                    "id": "0197c0de-0000-7000-8000-000000000090",
                    "label": "Emma",
                    "act": "delete",
                    "why": "It was changed since.",
                }
            ],
            "left_total": 1,
        }
    )

    counts: list[CountOut] = Field(description="what would be done")
    left: list[LeftOut] = Field(description="what would be left as it is, and why; the first 100")
    left_total: int


class UndoIn(In):
    model_config = example({"reason": "The vendor sent the wrong file."})

    reason: Why = Field(description="stands in the trail")


class UndoOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000093",
            "batch_id": "0197c0de-0000-7000-8000-000000000092",
            "batch": "vendor.mrc",
            "status": "done",
            "reason": "The vendor sent the wrong file.",
            "total": 250,
            "done": 249,
            "left": 1,
            "detail": "",
            "requested_by": "Ada Admin",
            "requested_at": "2026-03-28T10:00:00Z",
            "finished_at": "2026-03-28T10:05:00Z",
        }
    )

    id: UUID
    batch_id: UUID
    batch: str
    status: UndoStatus
    reason: str
    total: int
    done: int
    left: int
    detail: str
    requested_by: str
    requested_at: Instant
    finished_at: Instant | None


class LineQuery(PageQuery):
    outcome: Outcome | None = None


class LineOut(Out):
    model_config = example(
        {
            "position": 1,
            "kind": "bib",
            "record_id": "0197c0de-0000-7000-8000-000000000090",
            "label": "Emma",
            "act": "delete",
            "outcome": "left",
            "why": "It was changed since.",
        }
    )

    position: int
    kind: str
    record_id: UUID
    label: str
    act: Act
    outcome: Outcome
    why: str

    @classmethod
    def of(cls, line: UndoLine, labels: Mapping[UUID, str]) -> Self:
        names = ("position", "kind", "record_id", "act", "outcome", "why")
        values = {name: getattr(line, name) for name in names}
        return cls(**values, label=labels.get(line.record_id, ""))


class LinesPage(PageOut):
    items: list[LineOut]
