"""May this be lent or renewed? Every check is made, so that the desk hears all reasons at once
(DOMAIN 4.6, 4.8). Pure: it sees what the service has loaded, and loads nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from stackroom.catalogue.models import Item, ItemStatus
from stackroom.circulation.errors import Reason, Refused
from stackroom.circulation.models import Loan, LoanPolicy
from stackroom.circulation.permissions import LOANS_OVERRIDE
from stackroom.circulation.schemas import Override
from stackroom.circulation.terms import in_words
from stackroom.patrons.models import BlockKind, Patron, PatronStatus

LOAN_CLOSED = Reason("LOAN_CLOSED", "This loan is closed: the item was returned.")

NOT_AT_HAND = {
    ItemStatus.ON_ORDER: ("ITEM_ON_ORDER", "By its record it is still on order."),
    ItemStatus.LOST_DECLARED: ("ITEM_LOST", "By its record it is lost."),
    ItemStatus.LOST_AGED: ("ITEM_LOST", "By its record it is lost."),
    ItemStatus.LOST_PAID: ("ITEM_LOST", "By its record it is lost and was paid for."),
    ItemStatus.CLAIMED_RETURNED: ("ITEM_CLAIMED", "Somebody claims to have returned it."),
    ItemStatus.MISSING: ("ITEM_MISSING", "By its record it is missing."),
    ItemStatus.WITHDRAWN: ("ITEM_WITHDRAWN", "It was withdrawn from the collection."),
}
BLOCK_CODES = {BlockKind.MANUAL: "BLOCK_MANUAL", BlockKind.AUTOMATIC: "BLOCK_AUTO"}
NOT_RENEWABLE = (
    ItemStatus.CLAIMED_RETURNED, ItemStatus.LOST_DECLARED, ItemStatus.LOST_AGED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """For the person at the desk; it stands in nobody's way."""

    code: str
    message: str


def _soft(code: str, message: str) -> Reason:
    """A reason that somebody may set aside, saying why."""
    return Reason(code, message, LOANS_OVERRIDE.key)


def refuse(reasons: Iterable[Reason], override: Override | None) -> list[Reason]:
    """The reasons that `override` sets aside.

    Raises:
        Refused: a reason is hard, or is not among those that the override names.
    """
    found = list(reasons)
    named = set(override.codes) if override else set()
    if any(not reason.overridable or reason.code not in named for reason in found):
        raise Refused(found)
    return found


def item_unknown(barcode: str) -> Reason:
    """The same for another organisation's barcode as for one that nobody has."""
    return Reason("ITEM_UNKNOWN", f"No item here has the barcode {barcode}.")


def patron_unknown(barcode: str) -> Reason:
    return Reason("PATRON_UNKNOWN", f"No patron here has the card {barcode}.")


def about_patron(patron: Patron, today: date, *, verb: str) -> list[Reason]:
    """`verb` is what a block may stop: borrow or renew."""
    reasons = []
    if patron.status is PatronStatus.DELETED:
        reasons.append(Reason("PATRON_DELETED", f"The record of {patron.name} was deleted."))
    for kind, code in BLOCK_CODES.items():
        stopping = [
            block.reason
            for block in patron.open_blocks(today)
            if block.kind is kind and verb in block.stops
        ]
        if stopping:
            reasons.append(_soft(code, f"{patron.name} is blocked: {'; '.join(stopping)}."))
    if patron.expires_on and patron.has_expired(today):
        expired = f"The card of {patron.name} expired after {_day(patron.expires_on)}."
        reasons.append(_soft("PATRON_EXPIRED", expired))
    return reasons


def about_item(item: Item) -> list[Reason]:
    reasons = []
    if item.status in NOT_AT_HAND:
        code, message = NOT_AT_HAND[item.status]
        reasons.append(_soft(code, message))
    if item.status in (ItemStatus.AWAITING_PICKUP, ItemStatus.PAGED):
        reasons.append(_soft("RESERVED_FOR_OTHER", "It is set aside for another reader."))
    if item.not_for_loan:
        reasons.append(_soft("NOT_FOR_LOAN", f"It is not for loan: {item.not_for_loan}."))
    if item.restricted:
        reasons.append(_soft("RESTRICTED", "It is restricted."))
    if item.damaged:
        reasons.append(_soft("DAMAGED", "It is marked as damaged."))
    return reasons


def on_loan(loan: Loan, patron: Patron | None) -> Reason:
    due = in_words(loan.due_at, ZoneInfo(loan.library.timezone))
    if patron and loan.patron_id == patron.id:
        message = f"{patron.name} has it already, due {due}; renew it instead."
    else:
        holder = loan.patron.name if loan.patron else "another reader"
        message = f"It is on loan to {holder}, due {due}; check it in first."
    return Reason("ITEM_ON_LOAN", message)


def about_policy(policy: LoanPolicy, open_loans: int) -> list[Reason]:
    reasons = []
    if not policy.loanable:
        reasons.append(_soft("POLICY_NOT_FOR_LOAN", f"“{policy.name}” does not lend this."))
    if policy.item_limit is not None and open_loans >= policy.item_limit:
        limit = f"The limit is {policy.item_limit} items; {open_loans} are on loan."
        reasons.append(_soft("LIMIT_REACHED", limit))
    return reasons


def about_renewal(loan: Loan, policy: LoanPolicy, new_due: datetime) -> list[Reason]:
    reasons = []
    if loan.item.status in NOT_RENEWABLE:
        code, message = NOT_AT_HAND[loan.item.status]
        reasons.append(Reason(code, message))
    if not policy.renewable:
        reasons.append(_soft("NOT_RENEWABLE", f"“{policy.name}” does not renew."))
    elif policy.max_renewals is not None and loan.renewal_count >= policy.max_renewals:
        used = f"It was renewed {loan.renewal_count} times, which is the limit."
        reasons.append(_soft("RENEWALS_USED_UP", used))
    if new_due <= loan.due_at:
        reasons.append(Reason("DUE_DATE_UNCHANGED", "Renewing now would not move the due date."))
    return reasons


def notices(patron: Patron, due_at: datetime, zone: ZoneInfo) -> list[Note]:
    found = []
    if patron.expires_on and patron.expires_on < due_at.astimezone(zone).date():
        last = f"The card's last day, {_day(patron.expires_on)}, comes before the due date."
        found.append(Note("CARD_EXPIRES_FIRST", last))
    if patron.note:
        found.append(Note("PATRON_NOTE", patron.note))
    return found


def alerts(item: Item) -> list[Note]:
    """What to tell whoever takes an item back."""
    found = []
    if item.status in NOT_AT_HAND:
        code, message = NOT_AT_HAND[item.status]
        found.append(Note(code, f"{message} Now it is here: check the record."))
    if item.damaged:
        found.append(Note("DAMAGED", "It is marked as damaged."))
    return found


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
