"""Which factors somebody has, and whether a role needs one."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff.factors.models import AuthenticatorApp, Passkey, RecoveryCode, RequiredFactor
from stackroom.staff.models import Account, RoleGrant

HAS_FACTOR = sa.or_(
    sa.select(AuthenticatorApp.id)
    .where(AuthenticatorApp.account_id == Account.id, AuthenticatorApp.enrolled_at.is_not(None))
    .exists(),
    sa.select(Passkey.id).where(Passkey.account_id == Account.id).exists(),
)
LACKS_FACTOR = sa.and_(
    sa.select(RequiredFactor.id).where(RequiredFactor.role == RoleGrant.role).exists(),
    sa.not_(HAS_FACTOR),
)
"""Of a row of a person and one of their roles."""


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody has set up; `codes` are the recovery codes that are left."""

    app: bool
    passkeys: tuple[Passkey, ...]
    codes: int

    @property
    def any(self) -> bool:
        return self.app or bool(self.passkeys)

    @property
    def words(self) -> str:
        named = [f"the passkey “{passkey.name}”" for passkey in self.passkeys]
        return ", ".join([*(["an authenticator app"] if self.app else []), *named]) or "none"


def held(account_id: UUID) -> Held:
    app = sa.select(AuthenticatorApp.id).where(
        AuthenticatorApp.account_id == account_id, AuthenticatorApp.enrolled_at.is_not(None)
    )
    passkeys = sa.select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    return Held(
        db.session.scalar(app) is not None,
        tuple(db.session.scalars(passkeys)),
        codes_left(account_id),
    )


def codes_left(account_id: UUID) -> int:
    codes = sa.select(sa.func.count(RecoveryCode.id)).where(RecoveryCode.account_id == account_id)
    return db.session.scalar(codes) or 0


def has_factor(account_id: UUID) -> bool:
    wanted = sa.select(Account.id).where(Account.id == account_id, HAS_FACTOR)
    return db.session.scalar(wanted) is not None


def account(account_id: UUID) -> Account:
    return db.session.scalars(sa.select(Account).where(Account.id == account_id)).one()


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has a second factor; `factors` in words."""

    id: UUID
    name: str
    email: str
    factors: str


def holders(query: PageQuery) -> Page[Holder]:
    people = sa.select(Account).where(HAS_FACTOR).order_by(Account.name, Account.id)
    page = paginate(db.session(), people, query)
    factors = _of([account.id for account in page.items])
    return page.map(
        lambda account: Holder(account.id, account.name, account.email, factors[account.id].words)
    )


def _of(account_ids: list[UUID]) -> dict[UUID, Held]:
    """Without their codes; two statements for a whole page."""
    apps = sa.select(AuthenticatorApp.account_id).where(
        AuthenticatorApp.account_id.in_(account_ids), AuthenticatorApp.enrolled_at.is_not(None)
    )
    with_app = set(db.session.scalars(apps))
    passkeys = sa.select(Passkey).where(Passkey.account_id.in_(account_ids)).order_by(Passkey.id)
    found = db.session.scalars(passkeys).all()
    return {
        one: Held(one in with_app, tuple(key for key in found if key.account_id == one), codes=0)
        for one in account_ids
    }
