"""Taking back (DOMAIN 4.15). It never fails for a late, expired or blocked reader, and scanning
twice is no error: the second scan is a use in the library."""

from dataclasses import dataclass
from datetime import datetime

from stackroom.audit.events import record
from stackroom.catalogue.models import Item, ItemStatus
from stackroom.circulation import decision, events, queries, transitions
from stackroom.circulation.decision import Note
from stackroom.circulation.errors import Refused
from stackroom.circulation.models import Loan, LoanStatus
from stackroom.circulation.permissions import LOANS_WRITE
from stackroom.circulation.service.branches import branch
from stackroom.circulation.transitions import Move
from stackroom.core import clock
from stackroom.core.errors import Invalid
from stackroom.core.permissions import demand_at
from stackroom.patrons.service import looked_up

NEXT_ACTIONS = {
    ItemStatus.AVAILABLE: "shelve",
    ItemStatus.AWAITING_PICKUP: "hold_shelf",
    ItemStatus.IN_TRANSIT: "send_to",
}
"""What to do with an item in this state; with any other: look at it."""


@dataclass(frozen=True, slots=True)
class Return:
    """`loan` is the one that this return closes; `send_to` names the library it belongs to."""

    item: Item
    loan: Loan | None
    before: ItemStatus
    after: ItemStatus
    next_action: str
    send_to: str | None
    in_house_use: bool
    alerts: list[Note]


def check_in(
    *,
    item_barcode: str,
    library: str | None = None,
    returned_at: datetime | None = None,
    dry_run: bool = False,
) -> Return:
    """Take an item back and say where it goes next.

    Raises:
        Refused: nobody here has an item with this barcode.
        PermissionDenied: not at this library.
        Invalid: there is no such library, or it came back before it went out or in the future.
    """
    item = queries.item_at_desk(item_barcode)
    if item is None:
        raise Refused([decision.item_unknown(item_barcode)])
    here = branch(library) or item.holdings.library
    demand_at(LOANS_WRITE, here.id, here.name)
    loan = queries.open_loan_of(item.id)
    came_back = _came_back(returned_at, loan)
    done = _plan(item, loan, at_home=here.id == item.holdings.library_id)
    if not dry_run:
        _carry_out(done, came_back)
    elif loan and loan.patron:
        looked_up(loan.patron)
    return done


def _came_back(returned_at: datetime | None, loan: Loan | None) -> datetime:
    now = clock.now()
    if returned_at is None:
        return now
    if returned_at > now:
        raise Invalid.field("returned_at", "It cannot have come back in the future.")
    if loan and returned_at < loan.out_at:
        raise Invalid.field("returned_at", "It cannot have come back before it was lent.")
    return returned_at


def _plan(item: Item, loan: Loan | None, *, at_home: bool) -> Return:
    before = item.status
    after = transitions.after(before, Move.CHECK_IN_AT_HOME if at_home else Move.CHECK_IN_ELSEWHERE)
    alerts = decision.alerts(item)
    next_action = NEXT_ACTIONS.get(after, "staff_attention")
    return Return(
        item=item,
        loan=loan,
        before=before,
        after=after,
        next_action="staff_attention" if alerts else next_action,
        send_to=item.holdings.library.name if after is ItemStatus.IN_TRANSIT else None,
        in_house_use=loan is None and before is after is ItemStatus.AVAILABLE,
        alerts=alerts,
    )


def _carry_out(done: Return, came_back: datetime) -> None:
    item = done.item
    item.status = done.after
    if loan := done.loan:
        loan.status = LoanStatus.CLOSED
        loan.returned_at, loan.processed_at = came_back, clock.now()
        patron = loan.patron.name if loan.patron else "somebody"
        record(
            events.RETURNED, loan, item=item.barcode, patron=patron,
            returned_at=came_back.isoformat(), overdue=came_back > loan.due_at,
        )  # fmt: skip
    elif done.in_house_use:
        item.in_house_uses += 1
        record(events.USED_IN_HOUSE, item)
    elif done.before is not done.after:
        record(events.RECEIVED, item, before=done.before.replace("_", " "))
