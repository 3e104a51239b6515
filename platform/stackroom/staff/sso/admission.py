"""Who a person from a provider is here, and which roles come of it: first decided, then done.

The key is organisation, issuer and subject. An e-mail address links to an account only where the
organisation's admin allows it, the provider vouches for the address and the organisation has
proved its domain: else whoever runs a provider could sign in as anybody.
"""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock, read_only
from stackroom.core.database import db
from stackroom.domains.service import is_proved
from stackroom.plans import headroom
from stackroom.plans.registry import Measure
from stackroom.staff.models import Account, Origin, RoleGrant
from stackroom.staff.roles.assigning import assign
from stackroom.staff.roles.granting import Wanted
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.roles.shipped import Role
from stackroom.staff.service import create_account
from stackroom.staff.sso import events
from stackroom.staff.sso.errors import (
    AccountClosed,
    DomainNotProved,
    EmailNotVerified,
    LinkedToAnother,
    NoAccount,
    NoRole,
    NotLinked,
)
from stackroom.staff.sso.exchange import Arrival
from stackroom.staff.sso.models import SsoIdentity, SsoProvider
from tenants import context


@dataclass(frozen=True, slots=True)
class Admission:
    """`roles`: those the person will hold; `mapped`: those of them that come of groups."""

    way: Literal["known", "linked", "created"]
    account: Account | None
    identity: SsoIdentity | None
    roles: frozenset[str]
    mapped: frozenset[str]


def decide(provider: SsoProvider, arrival: Arrival) -> Admission:
    """Changes nothing. Raises NotLetIn, which says why."""
    identity = _identity(arrival)
    if identity:
        return _known(provider, arrival, identity)
    if not (arrival.email and arrival.email_verified):
        raise EmailNotVerified
    if not is_proved(arrival.domain):  # asked first: who has an account here is told to no stranger
        raise DomainNotProved
    account = db.session.scalar(sa.select(Account).where(Account.email == arrival.email))
    return _linked(provider, arrival, account) if account else _created(provider, arrival)


def _identity(arrival: Arrival) -> SsoIdentity | None:
    return db.session.scalar(
        sa.select(SsoIdentity)
        .where(SsoIdentity.issuer == arrival.issuer, SsoIdentity.subject == arrival.subject)
        .with_for_update()
    )


def _known(provider: SsoProvider, arrival: Arrival, identity: SsoIdentity) -> Admission:
    account = db.session.scalars(sa.select(Account).filter_by(id=identity.account_id)).one()
    return _existing("known", provider, arrival, account, identity)


def _linked(provider: SsoProvider, arrival: Arrival, account: Account) -> Admission:
    if not provider.link_by_email:
        raise NotLinked
    taken = sa.select(SsoIdentity.id).where(
        SsoIdentity.account_id == account.id, SsoIdentity.issuer == arrival.issuer
    )
    if db.session.scalar(taken):  # the address has passed to somebody new
        raise LinkedToAnother
    return _existing("linked", provider, arrival, account, None)


def _existing(
    way: Literal["known", "linked"], provider: SsoProvider, arrival: Arrival, account: Account,
    identity: SsoIdentity | None,
) -> Admission:  # fmt: skip
    if not account.active:
        raise AccountClosed
    now = clock.now()
    held = {each.role for each in account.grants if not each.is_over(now) and not _came_so(each)}
    mapped = _mapped(provider, arrival)
    if Role.ADMIN not in mapped and _would_leave_nobody(account):
        mapped |= {Role.ADMIN.value}
    return Admission(way, account, identity, mapped | held, mapped)


def _came_so(grant: RoleGrant) -> bool:
    return grant.origin == Origin.SIGN_ON


def _would_leave_nobody(account: Account) -> bool:
    """Whether all that makes anybody an admin for good is what came of this person's groups."""
    if not any(grant.role == Role.ADMIN and _came_so(grant) for grant in account.grants):
        return False
    others = (
        sa.select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == Role.ADMIN, RoleGrant.until.is_(None), Account.active)
        .where(sa.or_(Account.id != account.id, RoleGrant.origin != Origin.SIGN_ON))
    )
    return db.session.scalars(others).first() is None


def _created(provider: SsoProvider, arrival: Arrival) -> Admission:
    if not provider.create_accounts:
        raise NoAccount
    if context.current().is_read_only:
        raise read_only.refusal(context.current())
    default = {provider.default_role} & _known_roles()
    mapped = _mapped(provider, arrival)
    if not mapped | default:
        raise NoRole
    return Admission("created", None, None, mapped | default, mapped)


def _mapped(provider: SsoProvider, arrival: Arrival) -> frozenset[str]:
    return provider.roles_of(arrival.groups) & _known_roles()


def _known_roles() -> frozenset[str]:
    """A role that is no more stays in the settings until an admin takes it out."""
    return frozenset(known.key for known in staff_roles())


def admit(provider: SsoProvider, arrival: Arrival, admission: Admission) -> Account:
    """Raises PlanLimitReached or EmailTaken."""
    account = admission.account or _create(provider, arrival, admission)
    if admission.way == "linked":
        record(events.LINKED, account, provider=provider.name, email=arrival.email)
    _set_roles(account, admission)
    if admission.identity is None:
        identity = SsoIdentity(
            issuer=arrival.issuer, subject=arrival.subject, account_id=account.id
        )
        db.session.add(identity)
    return account


def _create(provider: SsoProvider, arrival: Arrival, admission: Admission) -> Account:
    account = create_account(
        email=arrival.email,
        name=arrival.name,
        password_hash="",
        grants=[*map(Wanted, sorted(admission.roles - admission.mapped)), *_wanted(admission)],
    )
    record(
        events.CREATED, account, provider=provider.name, email=arrival.email, roles=account.roles
    )
    return account


def _set_roles(account: Account, admission: Admission) -> None:
    """What comes of groups, each time anew; what was granted otherwise is not touched."""
    if admission.roles - {Role.PATRON} and not set(account.roles) - {Role.PATRON}:
        headroom.require(Measure.STAFF, adding=1)
    if {grant.role for grant in account.grants if _came_so(grant)} != admission.mapped:
        assign(account, _wanted(admission), origin=Origin.SIGN_ON)


def _wanted(admission: Admission) -> list[Wanted]:
    return [Wanted(role, origin=Origin.SIGN_ON) for role in sorted(admission.mapped)]
