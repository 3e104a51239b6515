"""The ways to sign in that stand beside the password, on the sign-in page."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.staff.sso.models import SsoProvider


@dataclass(frozen=True, slots=True)
class Way:
    id: UUID
    name: str


def ways() -> list[Way]:
    """Plain values: a refused form is drawn after the transaction has ended."""
    on = sa.select(SsoProvider.id, SsoProvider.name).where(SsoProvider.enabled)
    rows = db.session.execute(on.order_by(SsoProvider.name, SsoProvider.id))
    return [Way(row.id, row.name) for row in rows]
