from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from stackroom.circulation.models import Loan
from stackroom.core import clock
from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text

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

    dry_run: Literal[True] = True
    item_barcode: str
    patron_barcode: str
    title: str
    due_at: Instant
    explanation: list[str]
    notices: list[NoteOut]


class ReturnOut(Out):
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
