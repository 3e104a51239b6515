"""Who a person from a provider is here, and which roles come of it: first decided, then done.

The key is organisation, issuer and subject. An e-mail address links to an account only where the
organisation's admin allows it, the provider vouches for the address and the organisation has
proved its domain: else whoever runs a provider could sign in as anybody.
"""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import read_only
from stackroom.core.database import db
from stackroom.domains.service import is_proved
from stackroom.staff import service
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles import STAFF_ROLES, Role
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
    earlier = frozenset(identity.mapped_roles if identity else ())
    by_hand = frozenset(account.roles) - earlier
    mapped = _mapped(provider, arrival) - by_hand
    if Role.ADMIN in earlier - mapped and not _other_admins(account):
        mapped |= {Role.ADMIN.value}  # nobody could run the house any more
    return Admission(way, account, identity, by_hand | mapped, mapped)


def _created(provider: SsoProvider, arrival: Arrival) -> Admission:
    if not provider.create_accounts:
        raise NoAccount
    if context.current().is_read_only:
        raise read_only.refusal(context.current())
    by_hand = frozenset({provider.default_role} if provider.default_role else ())
    mapped = _mapped(provider, arrival) - by_hand
    if not by_hand | mapped:
        raise NoRole
    return Admission("created", None, None, by_hand | mapped, mapped)


def _mapped(provider: SsoProvider, arrival: Arrival) -> frozenset[str]:
    """A role that is no more stays in the settings until an admin takes it out."""
    return provider.roles_of(arrival.groups) & frozenset(STAFF_ROLES)


def _other_admins(account: Account) -> bool:
    admins = (
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == Role.ADMIN, Account.active, Account.id != account.id)
    )
    return db.session.scalars(admins).first() is not None


def admit(provider: SsoProvider, arrival: Arrival, admission: Admission) -> Account:
    """Raises PlanLimitReached or EmailTaken."""
    account = admission.account or _create(provider, arrival, admission)
    if admission.way == "linked":
        record(events.LINKED, account, provider=provider.name, email=arrival.email)
    _set_roles(account, admission)
    _remember(account, arrival, admission)
    return account


def _create(provider: SsoProvider, arrival: Arrival, admission: Admission) -> Account:
    account = service.create_account(
        email=arrival.email, name=arrival.name, roles=sorted(admission.roles), password_hash=""
    )
    record(
        events.CREATED, account, provider=provider.name, email=arrival.email, roles=account.roles
    )
    return account


def _set_roles(account: Account, admission: Admission) -> None:
    """The one place where single sign-on changes what somebody holds."""
    if frozenset(account.roles) != admission.roles:
        service.change(account, roles=sorted(admission.roles))


def _remember(account: Account, arrival: Arrival, admission: Admission) -> None:
    mapped = sorted(admission.mapped)
    if admission.identity is None:
        db.session.add(
            SsoIdentity(
                issuer=arrival.issuer,
                subject=arrival.subject,
                account_id=account.id,
                mapped_roles=mapped,
            )
        )
    elif admission.identity.mapped_roles != mapped:
        admission.identity.mapped_roles = mapped
