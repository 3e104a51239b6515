from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from stackroom.circulation.models import Loan
from stackroom.core import clock
from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example

Scan = Annotated[Text, Field(min_length=1, max_length=80)]
LibraryCode = Annotated[Text, Field(max_length=40)]


class Override(In):
    """Names what is overridden, so that a reason nobody has seen still refuses."""

    codes: list[Annotated[Text, Field(max_length=40)]] = Field(min_length=1, max_length=20)
    reason: Line


class CheckOut(In):
    """`library`: the code of the branch where the desk stands; else the item's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"item_barcode": "30001000012345", "patron_barcode": "P482915003716"}]
        }
    )

    item_barcode: Scan
    patron_barcode: Scan
    library: LibraryCode | None = None
    override: Override | None = None
    dry_run: bool = Field(False, description="answer the decision and change nothing")


class Renewal(In):
    model_config = example({"dry_run": False})

    override: Override | None = None
    dry_run: bool = False


class CheckIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"item_barcode": "30001000012345"}]})

    item_barcode: Scan
    library: LibraryCode | None = None
    returned_at: AwareDatetime | None = Field(
        None, description="when it came back, for what lay in the book drop; else now"
    )
    dry_run: bool = False


class LoanQuery(PageQuery):
    patron_id: UUID | None = None
    item_id: UUID | None = None
    item_barcode: Text | None = Field(None, max_length=80)
    status: Literal["open", "closed", "overdue"] | None = None


class NoteOut(Out):
    """Something to know; it stands in nobody's way."""

    code: str
    message: str


class LoanOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000004",
            "item_id": "0197c0de-0000-7000-8000-000000000002",
            "patron_id": "0197c0de-0000-7000-8000-000000000003",
            "bib_id": "0197c0de-0000-7000-8000-000000000001",
            "item_barcode": "30001000012345",
            "patron_barcode": "P482915003716",
            "patron_name": "Ben Vogel",
            "title": "The left hand of darkness",
            "library": "main",
            "status": "open",
            "overdue": False,
            "out_at": "2026-03-28T10:00:00Z",
            "due_at": "2026-04-25T21:59:59Z",
            "returned_at": None,
            "renewal_count": 0,
            "explanation": ["28 days for a book"],
            "notices": [],
        }
    )

    id: UUID
    item_id: UUID
    patron_id: UUID | None = Field(description="null once the loan is anonymised")
    bib_id: UUID
    item_barcode: str
    patron_barcode: str | None
    patron_name: str | None
    title: str
    library: str
    status: Literal["open", "closed"]
    overdue: bool
    out_at: Instant
    due_at: Instant
    returned_at: Instant | None
    renewal_count: int
    explanation: list[str] = Field(description="why it is due when it is")
    notices: list[NoteOut] = Field([], description="only where something was just decided")

    @classmethod
    def of(cls, loan: Loan, notices: Sequence[NoteOut] = ()) -> Self:
        return cls(
            id=loan.id,
            item_id=loan.item_id,
            patron_id=loan.patron_id,
            bib_id=loan.item.bib_id,
            item_barcode=loan.item.barcode,
            patron_barcode=loan.patron.barcode if loan.patron else None,
            patron_name=loan.patron.name if loan.patron else None,
            title=loan.item.bib.title,
            library=loan.library.code,
            status=loan.status.value,
            overdue=loan.is_overdue(clock.now()),
            out_at=loan.out_at,
            due_at=loan.due_at,
            returned_at=loan.returned_at,
            renewal_count=loan.renewal_count,
            explanation=loan.policy["explanation"],
            notices=list(notices),
        )


class LoanPage(PageOut):
    items: list[LoanOut]


class DecisionOut(Out):
    """What a dry run answers where the thing would be done; else it is refused as if it were."""

    model_config = example(
        {
            "dry_run": True,
            "item_barcode": "30001000012345",
            "patron_barcode": "P482915003716",
            "title": "The left hand of darkness",
            "due_at": "2026-04-25T21:59:59Z",
            "explanation": ["28 days for a book"],
            "notices": [],
        }
    )

    dry_run: Literal[True] = True
    item_barcode: str
    patron_barcode: str
    title: str
    due_at: Instant
    explanation: list[str]
    notices: list[NoteOut]


class ReturnOut(Out):
    model_config = example(
        {
            "next_action": "shelve",
            "send_to": None,
            "item_id": "0197c0de-0000-7000-8000-000000000002",
            "item_barcode": "30001000012345",
            "item_status": "available",
            "title": "The left hand of darkness",
            "patron_name": "Ben Vogel",
            "in_house_use": False,
            "alerts": [],
            "loan": None,
            "dry_run": False,
        }
    )

    next_action: Literal["shelve", "hold_shelf", "send_to", "staff_attention"]
    send_to: str | None = Field(description="the name of the library it belongs to")
    item_id: UUID
    item_barcode: str
    item_status: str
    title: str
    patron_name: str | None
    in_house_use: bool
    alerts: list[NoteOut]
    loan: LoanOut | None
    dry_run: bool
