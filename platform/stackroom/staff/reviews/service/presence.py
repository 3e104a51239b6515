"""When people were here last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.staff import sign_in
from stackroom.staff.models import Account, SignInSession


@dataclass(frozen=True, slots=True)
class Presence:
    signed_in_at: datetime | None = None
    is_here: bool = False
    """Signed in still, as programs are that renew a sign-in of long ago."""


NEVER = Presence()


def presences() -> dict[UUID, Presence]:
    """By account, of those who ever signed in."""
    rows = db.session.execute(
        sa.select(
            SignInSession.account_id,
            sa.func.max(SignInSession.created_at, type_=SignInSession.created_at.type),
            sa.func.max(sa.case((sign_in.is_live(), 1), else_=0)),
        ).group_by(SignInSession.account_id)
    )
    return {account_id: Presence(at, bool(live)) for account_id, at, live in rows}


def is_idle(who: Account, seen: dict[UUID, Presence], days: int | None) -> bool:
    """Whoever never signed in is idle once the account itself is old enough."""
    presence = seen.get(who.id, NEVER)
    since = clock.now() - timedelta(days=days or 0)
    return not presence.is_here and (presence.signed_in_at or who.created_at) < since
