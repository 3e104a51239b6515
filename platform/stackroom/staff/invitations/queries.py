"""Invitations as they are listed, and how they stand to the plan."""

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.pagination import Page, paginate
from stackroom.plans.registry import Measure
from stackroom.plans.service import usage
from stackroom.staff.invitations.models import Invitation, InvitationState
from stackroom.staff.invitations.schemas import InvitationQuery


def invitations(query: InvitationQuery) -> Page[Invitation]:
    """Latest first."""
    wanted = sa.select(Invitation).order_by(Invitation.invited_at.desc(), Invitation.id)
    if query.state:
        wanted = wanted.where(_is(query.state))
    if query.q:
        named = (Invitation.email, Invitation.name)
        wanted = wanted.where(
            sa.or_(*(column.icontains(query.q, autoescape=True) for column in named))
        )
    return paginate(db.session(), wanted, query)


def pending() -> int:
    wanted = sa.select(sa.func.count(Invitation.id)).where(_is(InvitationState.PENDING))
    return db.session.scalar(wanted) or 0


def plan_warning() -> str:
    """What will stop some of those who are invited; empty where all fit under the plan."""
    chosen, waiting = usage(), pending()
    left = next(each.left for each in chosen.measures if each.measure == Measure.STAFF)
    if left is None or waiting <= left:
        return ""
    return (
        f"The plan “{chosen.plan.name}” has room for {left} more staff, and {waiting} invitations "
        "are open: whoever accepts too late is refused. Ask for a larger plan, close an account "
        "that nobody uses any more, or revoke invitations."
    )


def _is(state: InvitationState) -> sa.ColumnElement[bool]:
    is_open = sa.and_(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    match state:
        case InvitationState.ACCEPTED:
            return Invitation.accepted_at.is_not(None)
        case InvitationState.REVOKED:
            return Invitation.revoked_at.is_not(None)
        case InvitationState.EXPIRED:
            return sa.and_(is_open, Invitation.expires_at <= clock.now())
        case InvitationState.PENDING:
            return sa.and_(is_open, Invitation.expires_at > clock.now())
