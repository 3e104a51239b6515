"""v1 of the desk: loans, renewals, returns."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g, jsonify

from stackroom.circulation import permissions as may
from stackroom.circulation.schemas import (
    CheckIn,
    CheckOut,
    DecisionOut,
    LoanOut,
    LoanPage,
    LoanQuery,
    NoteOut,
    Renewal,
    ReturnOut,
)
from stackroom.circulation.service import lending, loans, returns
from stackroom.circulation.service.lending import Lending
from stackroom.core import etags
from stackroom.core.permissions import requires
from stackroom.patrons import service as patrons
from stackroom.patrons.permissions import PATRONS_WRITE

api = APIBlueprint("circulation_v1", __name__, url_prefix="/api/v1", tag="Circulation")
REFUSALS: dict[int | str, Any] = {
    200: {
        "description": "A dry run: this would be done",
        "content": {"application/json": DecisionOut},
    },
    409: "Refused; `reasons` says everything that stands in the way",
}


@api.get("/loans")
@requires(may.LOANS_READ)
@api.input(LoanQuery, location="query")
@api.output(LoanPage)
def list_loans(query_data: LoanQuery) -> LoanPage:
    page = loans.loans(query_data).map(LoanOut.of)
    g.links = page.links()
    return LoanPage.model_validate(page)


@api.post("/loans")
@requires(may.LOANS_WRITE)
@api.input(CheckOut)
@api.output(LoanOut, 201)
@api.doc(responses=REFUSALS)
def create_loan(json_data: CheckOut) -> Any:
    """Lend an item. What stands in the way is answered all at once, each reason with whether it
    may be overridden; to override, send the codes and a reason."""
    decided = lending.check_out(
        item_barcode=json_data.item_barcode,
        patron_barcode=json_data.patron_barcode,
        library=json_data.library,
        override=json_data.override,
        dry_run=json_data.dry_run,
    )
    return _answer(decided, dry_run=json_data.dry_run)


@api.get("/loans/<uuid:loan_id>")
@requires(may.LOANS_READ)
@api.output(LoanOut)
def get_loan(loan_id: UUID) -> Any:
    found = loans.loan(loan_id)
    return LoanOut.of(found), 200, {"ETag": etags.of(found)}


@api.post("/loans/<uuid:loan_id>/renewals")
@requires(may.LOANS_WRITE)
@api.input(Renewal)
@api.output(LoanOut, 201)
@api.doc(responses=REFUSALS)
def create_renewal(loan_id: UUID, json_data: Renewal) -> Any:
    decided = lending.renew(loan_id, override=json_data.override, dry_run=json_data.dry_run)
    return _answer(decided, dry_run=json_data.dry_run)


@api.post("/returns")
@requires(may.LOANS_WRITE)
@api.input(CheckIn)
@api.output(ReturnOut)
@api.doc(responses={409: REFUSALS[409]})
def create_return(json_data: CheckIn) -> ReturnOut:
    """Take an item back, on loan or not, and say where it goes next."""
    done = returns.check_in(**json_data.model_dump())
    borrower = done.loan.patron if done.loan else None
    return ReturnOut.model_validate(
        {
            "next_action": done.next_action,
            "send_to": done.send_to,
            "item_id": done.item.id,
            "item_barcode": done.item.barcode,
            "item_status": done.after,
            "title": done.item.bib.title,
            "patron_name": borrower.name if borrower else None,
            "in_house_use": done.in_house_use,
            "alerts": [NoteOut.model_validate(alert) for alert in done.alerts],
            "loan": LoanOut.of(done.loan) if done.loan else None,
            "dry_run": json_data.dry_run,
        }
    )


@api.delete("/patrons/<uuid:patron_id>")
@requires(PATRONS_WRITE)
@api.output({}, 204)
@api.doc(responses={409: "The patron still has items on loan"})
def delete_patron(patron_id: UUID) -> str:
    """The record stays, marked as deleted, because history names it."""
    found = patrons.patron(patron_id)
    etags.check(found)
    loans.remove_patron(found)
    return ""


def _answer(decided: Lending, *, dry_run: bool) -> Any:
    notices = [NoteOut.model_validate(note) for note in decided.notices]
    if decided.loan and not dry_run:
        return LoanOut.of(decided.loan, notices)
    decision = DecisionOut(
        item_barcode=decided.item.barcode,
        patron_barcode=decided.patron.barcode,
        title=decided.item.bib.title,
        due_at=decided.terms.due_at,
        explanation=decided.terms.explanation,
        notices=notices,
    )
    return jsonify(decision)
