"""Which service account a key stands for, and whether the key serves just now and from here."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import ActorType, Channel
from stackroom.core.cache import Area
from stackroom.core.database import db, survive
from stackroom.core.errors import Problem, WrongOrganisation
from stackroom.core.features import registry
from stackroom.core.permissions import Grant, Principal
from stackroom.staff import events as sign_in_events
from stackroom.staff import tokens
from stackroom.staff.keys import events, spelling
from stackroom.staff.keys.errors import AddressRefused, InvalidKey, KeyEnded
from stackroom.staff.keys.models import ApiKey, ServiceAccount
from stackroom.staff.models import Account
from stackroom.web.times import local_time
from tenants import context

AS_KEY = "api_key"
"""What stands for a role where one is asked for."""
USE_NOTED_EVERY = timedelta(hours=1)
TOLD = Area("keysrefused")
TOLD_SECONDS = 3600
"""A program asks again and again: the trail tells once an hour that it was refused, and why."""

_KNOWN = (
    sa.select(
        ApiKey.id, ApiKey.name, ApiKey.secret_hash, ApiKey.permissions, ApiKey.addresses,
        ApiKey.calls_per_minute, ApiKey.ends_with_maker, ApiKey.expires_at, ApiKey.revoked_at,
        ApiKey.last_used_at, ServiceAccount.id.label("account_id"),
        ServiceAccount.name.label("account"), Account.active.label("maker_is_here"),
    )
    .join(ServiceAccount, ServiceAccount.id == ApiKey.service_account_id)
    .join(Account, Account.id == ApiKey.created_by_id)
    .where(ApiKey.id == sa.bindparam("key_id"))
)  # fmt: skip
"""Asked on every request of a key, so it is made once."""


Known: TypeAlias = "sa.Row[*tuple[Any, ...]]"


@dataclass(slots=True)
class Named:
    """A key as an event names it, when its row is not at hand any more."""

    id: UUID
    label: str


@dataclass(frozen=True, slots=True)
class Holder:
    principal: Principal
    last_used_at: datetime | None

    @property
    def use_is_due(self) -> bool:
        last = self.last_used_at
        return last is None or last <= clock.now() - USE_NOTED_EVERY


def holder(token: str, address: str) -> Holder:
    """Who comes with this key from `address`, in one statement: what is revoked, closed or taken
    away counts from the next request on.

    Raises:
        InvalidKey: it is no key of this organisation, or its secret is wrong.
        WrongOrganisation: it is written for another one; an event tells.
        KeyEnded: revoked, run out, or over with its maker's account; an event tells.
        AddressRefused: sent from an address that it does not serve; an event tells.
    """
    spelt = spelling.read(token)
    if spelt.slug != context.current().slug:
        if _is_first(f"organisation/{address}"):
            survive(lambda: record(sign_in_events.WRONG_ORGANISATION))
        raise WrongOrganisation
    known = db.session.execute(_KNOWN, {"key_id": spelt.key_id}).one_or_none()
    if known is None:
        raise InvalidKey
    if not secrets.compare_digest(known.secret_hash, tokens.digest(spelt.secret)):
        raise InvalidKey
    if refusal := _refusal(known, address):
        _tell(Named(known.id, f"{known.account}: {known.name}"), refusal)
        raise refusal
    return Holder(_principal(known), known.last_used_at)


def _refusal(known: Known, address: str) -> Problem | None:
    if known.revoked_at:
        return KeyEnded("This API key was revoked; ask an admin for a new one.")
    if known.expires_at <= clock.now():
        day = local_time(known.expires_at)
        return KeyEnded(f"This API key ended on {day}; ask an admin for a new one.")
    if known.ends_with_maker and not known.maker_is_here:
        return KeyEnded("This API key ended with the account of whoever made it.")
    if known.addresses and not _is_within(address, known.addresses):
        return AddressRefused(f"This API key does not serve from the address {address}.")
    return None


def _is_within(address: str, networks: list[str]) -> bool:
    try:
        here = ip_address(address)
    except ValueError:
        return False
    if isinstance(here, IPv6Address) and here.ipv4_mapped:
        here = here.ipv4_mapped  # a server that listens on both shows IPv4 so
    return any(here in ip_network(network) for network in networks)


def _principal(known: Known) -> Principal:
    held = givable() & frozenset(known.permissions)
    return Principal(
        known.account_id, "", f"{known.account}: {known.name}", (Grant(AS_KEY, held),), known.id,
        Channel.API,
        kind=ActorType.SERVICE, calls_per_minute=known.calls_per_minute,
        proved_at=clock.now(),  # the key itself came with this very request
    )  # fmt: skip


def givable() -> frozenset[str]:
    """What a key can hold at all."""
    return frozenset(known.key for known in registry.permissions if not known.personal)


def _tell(key: Named, refusal: Problem) -> None:
    if _is_first(f"{refusal.code}/{key.id}"):
        survive(lambda: record(events.REFUSED, key, why=refusal.detail))


def _is_first(what: str) -> bool:
    return TOLD.add(what, 1, TOLD_SECONDS)
