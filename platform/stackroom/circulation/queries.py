"""What the desk loads: each in one statement, and locked where a decision hangs on it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from stackroom.catalogue.models import Bib, Holdings, Item
from stackroom.circulation.models import Loan, LoanStatus
from stackroom.circulation.schemas import LoanQuery
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.patrons.models import Patron


def shown() -> tuple[ORMOption, ...]:
    """What every view of a loan needs. Of the title alone: a bib's MARC can be long."""
    return (
        joinedload(Loan.item, innerjoin=True)
        .joinedload(Item.bib, innerjoin=True)
        .load_only(Bib.title),
        joinedload(Loan.patron),
        joinedload(Loan.library, innerjoin=True),
    )


def item_at_desk(barcode: str) -> Item | None:
    """Locked: of two desks that scan one item, the second sees what the first has done."""
    return db.session.scalars(
        sa.select(Item)
        .where(Item.barcode == barcode)
        .options(
            joinedload(Item.bib, innerjoin=True).load_only(Bib.title),
            joinedload(Item.holdings, innerjoin=True).joinedload(Holdings.library, innerjoin=True),
        )
        .with_for_update(of=Item)
        .execution_options(populate_existing=True)
    ).one_or_none()


def patron_at_desk(barcode: str) -> Patron | None:
    """Locked, so that two desks cannot both lend the last item of a limit."""
    return (
        db.session.scalars(
            sa.select(Patron)
            .where(Patron.barcode == barcode)
            .options(joinedload(Patron.blocks))
            .with_for_update(of=Patron)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )


def open_loan_of(item_id: UUID) -> Loan | None:
    """Locked after its item, in this order everywhere."""
    return db.session.scalars(
        sa.select(Loan)
        .where(Loan.item_id == item_id, Loan.status == LoanStatus.OPEN)
        .options(joinedload(Loan.patron), joinedload(Loan.library, innerjoin=True))
        .with_for_update(of=Loan)
        .execution_options(populate_existing=True)
    ).one_or_none()


def loan_at_desk(loan_id: UUID) -> Loan | None:
    return (
        db.session.scalars(
            sa.select(Loan)
            .where(Loan.id == loan_id)
            .options(*shown(), joinedload(Loan.patron).joinedload(Patron.blocks))
            .with_for_update(of=Loan)
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )


def count_open_loans(patron_id: UUID) -> int:
    return db.session.scalars(
        sa.select(sa.func.count(Loan.id)).where(
            Loan.patron_id == patron_id, Loan.status == LoanStatus.OPEN
        )
    ).one()


def loan(loan_id: UUID) -> Loan | None:
    statement = sa.select(Loan).where(Loan.id == loan_id).options(*shown())
    return db.session.scalars(statement).one_or_none()


def loans(query: LoanQuery) -> sa.Select[Loan]:
    """Open loans by when they are due, the others with the latest first."""
    statement = sa.select(Loan).options(*shown())
    if query.patron_id:
        statement = statement.where(Loan.patron_id == query.patron_id)
    if query.item_id:
        statement = statement.where(Loan.item_id == query.item_id)
    if query.item_barcode is not None:
        statement = statement.where(Loan.item.has(Item.barcode == query.item_barcode))
    match query.status:
        case "open":
            return statement.where(Loan.status == LoanStatus.OPEN).order_by(Loan.due_at, Loan.id)
        case "overdue":
            return statement.where(is_overdue(clock.now())).order_by(Loan.due_at, Loan.id)
        case "closed":
            statement = statement.where(Loan.status == LoanStatus.CLOSED)
    return statement.order_by(Loan.out_at.desc(), Loan.id.desc())


def is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Loan.status == LoanStatus.OPEN, Loan.due_at < now)
