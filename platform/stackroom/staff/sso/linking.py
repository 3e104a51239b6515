"""Who is known by an identity elsewhere, and taking that back: an e-mail address that has passed to
somebody new is free for them only then."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff import sign_in
from stackroom.staff.models import Account, Origin
from stackroom.staff.roles.assigning import assign
from stackroom.staff.sso import events
from stackroom.staff.sso.models import SsoIdentity


@dataclass(frozen=True, slots=True)
class Linked:
    id: UUID
    issuer: str
    subject: str
    linked_at: datetime
    account_id: UUID
    name: str
    email: str


def identities(query: PageQuery) -> Page[Linked]:
    page = paginate(db.session(), sa.select(SsoIdentity).order_by(SsoIdentity.id), query)
    wanted = {each.account_id for each in page.items}
    found = db.session.scalars(sa.select(Account).where(Account.id.in_(wanted)))
    accounts = {account.id: account for account in found}
    return page.map(lambda each: _linked(each, accounts[each.account_id]))


def _linked(identity: SsoIdentity, account: Account) -> Linked:
    return Linked(
        identity.id, identity.issuer, identity.subject, identity.linked_at, account.id,
        account.name, account.email,
    )  # fmt: skip


def unlink(identity_id: UUID) -> None:
    """The account keeps what was granted otherwise; every device has to sign in again.

    Raises NotFound, GrantBeyondOwn or LastAdmin.
    """
    found = db.session.scalar(sa.select(SsoIdentity).where(SsoIdentity.id == identity_id))
    if found is None:
        raise NotFound
    account = db.session.scalars(sa.select(Account).filter_by(id=found.account_id)).one()
    assign(account, [], origin=Origin.SIGN_ON)
    sign_in.close_sessions(account.id)
    record(events.UNLINKED, account, issuer=found.issuer)
    db.session.delete(found)
