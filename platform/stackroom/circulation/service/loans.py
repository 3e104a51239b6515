"""Asking about loans, and what hangs on whether any are open."""

from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.circulation import queries
from stackroom.circulation.errors import PatronHasLoans
from stackroom.circulation.models import CirculationRule, Loan, LoanPolicy, LoanStatus
from stackroom.circulation.schemas import LoanQuery
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, paginate
from stackroom.patrons import service as patrons
from stackroom.patrons.models import Patron


def loans(query: LoanQuery) -> Page[Loan]:
    """With the names of who has them, which the audit trail says."""
    page = paginate(db.session(), queries.loans(query), query)
    patrons.seen_in_a_list(loan.patron for loan in page.items)
    return page


def loan(loan_id: UUID) -> Loan:
    """Raises NotFound."""
    found = queries.loan(loan_id)
    if found is None:
        raise NotFound
    patrons.seen_in_a_list([found.patron])
    return found


def of_patron(patron_id: UUID) -> list[Loan]:
    """What this patron has at home, by when it is due; a household fits on one page."""
    query = LoanQuery(patron_id=patron_id, status="open", per_page=100)
    return list(db.session.scalars(queries.loans(query).limit(query.per_page)))


def count_open() -> int:
    is_open = Loan.status == LoanStatus.OPEN
    return db.session.scalar(sa.select(sa.func.count(Loan.id)).where(is_open)) or 0


def remove_patron(patron: Patron) -> None:
    """Raises PatronHasLoans or PatronDeleted."""
    queries.patron_at_desk(patron.barcode)  # locked: no desk may lend to them meanwhile
    still_out = db.session.scalars(
        sa.select(Loan.id)
        .where(Loan.patron_id == patron.id, Loan.status == LoanStatus.OPEN)
        .limit(1)
    ).first()
    if still_out:
        raise PatronHasLoans
    patrons.remove(patron)


def open_of(patron_id: UUID) -> int:
    return queries.count_open_loans(patron_id)


def closed_of(patron_id: UUID) -> int:
    closed = sa.select(sa.func.count(Loan.id)).where(*_closed(patron_id))
    return db.session.scalar(closed) or 0


def anonymise(patron: Patron) -> None:
    """Returned loans forget who had them, and keep the category for statistics (DOMAIN 4.10)."""
    for loan in db.session.scalars(sa.select(Loan).where(*_closed(patron.id))):
        loan.policy = {**loan.policy, "patron_category": patron.category.code}
        loan.patron_id = None


def _closed(patron_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return Loan.patron_id == patron_id, Loan.status == LoanStatus.CLOSED


def provision() -> None:
    """One policy for everything, so that lending works at once: three weeks, renewed twice."""
    policy = LoanPolicy(id=uuid7(), name="Standard loan")
    db.session.add(policy)
    db.session.flush()  # the rule refers to it
    db.session.add(CirculationRule(loan_policy_id=policy.id))
