"""Where single sign-on is required, other ways are for admins: a provider that is broken must not
lock those out who can mend it. Patrons keep them; the provider knows the staff."""

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core.database import db, survive
from stackroom.staff.models import Account
from stackroom.staff.roles.shipped import Role
from stackroom.staff.sso import events
from stackroom.staff.sso.errors import OtherWayRefused
from stackroom.staff.sso.models import SsoProvider


def refuse_other_ways(account: Account) -> None:
    """Raises OtherWayRefused. Asked of whoever was known already: a stranger learns nothing."""
    works_here = set(account.roles) - {Role.PATRON}
    if not works_here or Role.ADMIN in works_here:
        return
    required = sa.select(SsoProvider.id).where(SsoProvider.enabled, SsoProvider.required)
    if db.session.scalars(required).first():
        account_id = account.id  # the rollback leaves nothing to read it from
        survive(lambda: record(events.OTHER_WAY_REFUSED, _account(account_id)))
        raise OtherWayRefused


def _account(account_id: object) -> Account:
    return db.session.scalars(sa.select(Account).filter_by(id=account_id)).one()
