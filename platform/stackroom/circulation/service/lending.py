"""Lending and renewing."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import EventType, record
from stackroom.catalogue.models import Item
from stackroom.circulation import decision, events, queries, rules, terms, transitions
from stackroom.circulation.decision import Note
from stackroom.circulation.errors import Reason, Refused
from stackroom.circulation.models import Loan, LoanStatus
from stackroom.circulation.permissions import LOANS_OVERRIDE, LOANS_WRITE
from stackroom.circulation.rules import Resolution
from stackroom.circulation.schemas import Override
from stackroom.circulation.service.branches import branch
from stackroom.circulation.terms import Terms
from stackroom.circulation.transitions import Move
from stackroom.core import clock
from stackroom.core.actor import because
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.permissions import demand_at
from stackroom.libraries.models import Library
from stackroom.patrons.models import Patron
from stackroom.patrons.service import looked_up, today


@dataclass(frozen=True, slots=True)
class Lending:
    """What was decided. `loan` is None where a dry run of a check-out made none."""

    item: Item
    patron: Patron
    terms: Terms
    notices: list[Note]
    loan: Loan | None


def check_out(
    *,
    item_barcode: str,
    patron_barcode: str,
    library: str | None = None,
    override: Override | None = None,
    dry_run: bool = False,
) -> Lending:
    """Lend an item, or say every reason why not.

    Raises:
        Refused: with all reasons; a dry run is refused in the same way.
        Invalid: there is no such library.
        PermissionDenied: not at this library.
    """
    item = queries.item_at_desk(item_barcode)
    patron = queries.patron_at_desk(patron_barcode)
    if item is None or patron is None:
        if patron:
            looked_up(patron)
        raise Refused(_unknown(item, item_barcode, patron, patron_barcode))
    if dry_run:
        looked_up(patron)
    here = branch(library) or item.holdings.library
    _demand(here, override)
    resolution = rules.resolve(here.id, patron.category_id, item.item_type_id)
    reasons = _against_lending(item, patron, resolution)
    if reasons:
        looked_up(patron)  # they tell of the patron, also where they refuse
    set_aside = decision.refuse(reasons, override)
    agreed = terms.settle(resolution, item, here, patron, clock.now())
    loan = None if dry_run else _lend(item, patron, here, agreed)
    decided = _decided(item, patron, here, agreed, loan)
    if loan:
        _tell(events.LENT, loan, decided)
        _tell_override(events.LENT_OVERRIDE, loan, decided, set_aside, override)
    return decided


def _demand(here: Library, override: Override | None = None) -> None:
    demand_at(LOANS_WRITE, here.id, here.name)
    if override:
        demand_at(LOANS_OVERRIDE, here.id, here.name)


def _unknown(
    item: Item | None, item_barcode: str, patron: Patron | None, patron_barcode: str
) -> list[Reason]:
    reasons = [] if item else [decision.item_unknown(item_barcode)]
    return reasons if patron else [*reasons, decision.patron_unknown(patron_barcode)]


def _against_lending(item: Item, patron: Patron, resolution: Resolution) -> list[Reason]:
    reasons = decision.about_patron(patron, today(), verb="borrow")
    if present := queries.open_loan_of(item.id):
        reasons.append(decision.on_loan(present, patron))
    else:
        reasons += decision.about_item(item)
    policy = resolution.rule.loan_policy
    open_loans = 0 if policy.item_limit is None else queries.count_open_loans(patron.id)
    return reasons + decision.about_policy(policy, open_loans)


def _lend(item: Item, patron: Patron, here: Library, agreed: Terms) -> Loan:
    loan = Loan(
        item_id=item.id,
        patron_id=patron.id,
        library_id=here.id,
        out_at=clock.now(),
        due_at=agreed.due_at,
        policy=agreed.snapshot,
    )
    db.session.add(loan)
    item.status = transitions.after(item.status, Move.CHECK_OUT)
    try:
        db.session.flush()  # one open loan per item: the database has the last word
    except IntegrityError:
        raise Refused([Reason("ITEM_ON_LOAN", "It was lent just now at another desk.")]) from None
    return loan


def renew(loan_id: UUID, *, override: Override | None = None, dry_run: bool = False) -> Lending:
    """Lend on: the same loan with one more renewal and new terms.

    Raises:
        Refused: with all reasons; a dry run is refused in the same way.
        NotFound: there is no such loan.
        PermissionDenied: not at the library that lent it.
    """
    loan = queries.loan_at_desk(loan_id)
    if loan is None:
        raise NotFound
    if loan.status is LoanStatus.CLOSED or loan.patron is None:
        raise Refused([decision.LOAN_CLOSED])
    _demand(loan.library, override)
    patron = loan.patron
    resolution = rules.resolve(loan.library_id, patron.category_id, loan.item.item_type_id)
    policy = resolution.rule.loan_policy
    start = max(clock.now(), loan.due_at) if policy.renew_from == "due" else clock.now()
    agreed = terms.settle(resolution, loan.item, loan.library, patron, start)
    reasons = decision.about_patron(patron, today(), verb="renew")
    reasons += decision.about_renewal(loan, policy, agreed.due_at)
    if dry_run or reasons:
        looked_up(patron)
    set_aside = decision.refuse(reasons, override)
    decided = _decided(loan.item, patron, loan.library, agreed, loan)
    if not dry_run:
        loan.renewal_count += 1
        loan.due_at, loan.policy = agreed.due_at, agreed.snapshot
        _tell(events.RENEWED, loan, decided)
        _tell_override(events.RENEWED_OVERRIDE, loan, decided, set_aside, override)
    return decided


def _decided(
    item: Item, patron: Patron, here: Library, agreed: Terms, loan: Loan | None
) -> Lending:
    notices = decision.notices(patron, agreed.due_at, ZoneInfo(here.timezone))
    return Lending(item, patron, agreed, notices, loan)


def _tell(event: EventType, loan: Loan, decided: Lending) -> None:
    zone = ZoneInfo(decided.terms.snapshot["timezone"])
    due = terms.in_words(decided.terms.due_at, zone)
    record(event, loan, item=decided.item.barcode, patron=decided.patron.name, due=due)


def _tell_override(
    event: EventType,
    loan: Loan,
    decided: Lending,
    set_aside: list[Reason],
    override: Override | None,
) -> None:
    """An event of its own, so that overrides can be counted by person."""
    if override and set_aside:
        codes = ", ".join(reason.code for reason in set_aside)
        because(override.reason)
        patron = decided.patron.name
        record(event, loan, patron=patron, codes=codes, reason=override.reason)
