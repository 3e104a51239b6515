"""The ways to sign in that stand beside the password, on the sign-in page."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.staff.sso.models import SsoIdentity, SsoProvider


@dataclass(frozen=True, slots=True)
class Way:
    id: UUID
    name: str


def ways_again(account_id: UUID) -> list[Way]:
    """Those by which this very person is known."""
    known = sa.select(SsoIdentity.issuer).where(SsoIdentity.account_id == account_id)
    return _ways(SsoProvider.issuer.in_(known))


def ways() -> list[Way]:
    """Plain values: a refused form is drawn after the transaction has ended."""
    return _ways(sa.true())


def _ways(which: sa.ColumnElement[bool]) -> list[Way]:
    on = sa.select(SsoProvider.id, SsoProvider.name).where(SsoProvider.enabled, which)
    rows = db.session.execute(on.order_by(SsoProvider.name, SsoProvider.id))
    return [Way(row.id, row.name) for row in rows]
