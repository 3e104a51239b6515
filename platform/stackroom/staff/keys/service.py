"""API keys: made, replaced, revoked; never shown a second time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.features import registry
from stackroom.core.pagination import Page, paginate
from stackroom.core.permissions import Permission, Principal
from stackroom.staff import tokens
from stackroom.staff.keys import accounts, events
from stackroom.staff.keys.bearer import givable
from stackroom.staff.keys.errors import KeyOver
from stackroom.staff.keys.models import ApiKey
from stackroom.staff.keys.schemas import KeyQuery
from stackroom.staff.keys.spelling import Spelt
from stackroom.staff.models import Account
from stackroom.staff.roles.granting import conferring, held_now, refuse_keys_beyond
from stackroom.web.times import local_time
from tenants import context


@dataclass(frozen=True, slots=True)
class Made:
    """`token` is all of it, with the secret: to be shown once and kept nowhere."""

    key: ApiKey
    token: str


def keys(query: KeyQuery) -> Page[ApiKey]:
    """Latest first."""
    wanted = sa.select(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.id)
    if query.service_account_id:
        wanted = wanted.where(ApiKey.service_account_id == query.service_account_id)
    return paginate(db.session(), wanted, query)


def key(key_id: UUID) -> ApiKey:
    """Raises NotFound."""
    return _one(sa.select(ApiKey).where(ApiKey.id == key_id))


def _held(key_id: UUID) -> ApiKey:
    """Locked: of two who replace it at once, the second is refused."""
    return _one(sa.select(ApiKey).where(ApiKey.id == key_id).with_for_update(of=ApiKey))


def _one(statement: sa.Select[ApiKey]) -> ApiKey:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def make(
    service_account_id: UUID,
    *,
    by: Principal,
    name: str,
    permissions: Collection[str],
    expires_in_days: int,
    addresses: Sequence[str],
    calls_per_minute: int,
    ends_with_maker: bool,
) -> Made:
    """Raises NotFound, ServiceClosed, Invalid (permissions) or GrantBeyondOwn."""
    refuse_beyond(by, permissions)
    account = accounts.held_open(service_account_id)
    made = _add(
        ApiKey(
            service_account=account, name=name, permissions=sorted(set(permissions)),
            addresses=list(addresses), calls_per_minute=calls_per_minute,
            ends_with_maker=ends_with_maker, lifetime_days=expires_in_days, created_by_id=by.id,
        )
    )  # fmt: skip
    record(
        events.MADE, made.key, until=local_time(made.key.expires_at),
        permissions=", ".join(made.key.permissions), addresses=made.key.addresses,
    )  # fmt: skip
    return made


def rotate(key_id: UUID, *, overlap: timedelta, by: Principal) -> Made:
    """The same key with another secret and a new term; the old one serves for `overlap` longer.
    Whoever rotates gets hold of a secret, and so must hold what it may do.

    Raises NotFound, KeyOver or GrantBeyondOwn.
    """
    old = _held(key_id)
    if old.is_over or old.replaced_at:
        raise KeyOver
    still = [permission for permission in old.permissions if permission in givable()]
    refuse_beyond(by, still)
    made = _add(
        ApiKey(
            service_account=accounts.held_open(old.service_account_id), name=old.name,
            permissions=still, addresses=old.addresses, calls_per_minute=old.calls_per_minute,
            ends_with_maker=old.ends_with_maker, lifetime_days=old.lifetime_days,
            created_by_id=by.id,
        )
    )  # fmt: skip
    before, old.replaced_at = old.expires_at, clock.now()
    old.expires_at = min(before, clock.now() + overlap)
    record(
        events.ROTATED, old, until=local_time(old.expires_at), before=local_time(before),
        successor=str(made.key.id),
    )  # fmt: skip
    return made


def _add(key: ApiKey) -> Made:
    secret, key.secret_hash = tokens.new_secret()
    key.id = uuid7()
    key.expires_at = clock.now() + timedelta(days=key.lifetime_days)
    db.session.add(key)
    db.session.flush()  # the answer shows what it begins with
    return Made(key, str(Spelt(context.current().slug, key.id, secret)))


def revoke(key_id: UUID) -> ApiKey:
    """Counts from the next request. What is over already stays as it is. Raises NotFound."""
    found = _held(key_id)
    if not found.is_over:
        found.revoked_at = clock.now()
        record(events.REVOKED, found, before="open" if not found.replaced_at else "replaced")
    return found


def refuse_beyond(granter: Principal, permissions: Collection[str]) -> None:
    """Raises Invalid for what no key can hold, or GrantBeyondOwn."""
    if unfit := set(permissions) - givable():
        raise Invalid.field(
            "permissions", f"An API key cannot hold {', '.join(sorted(unfit))}; leave it out."
        )
    refuse_keys_beyond(permissions, granter)


def choices(granter: Principal) -> list[Permission]:
    """What this person can give to a key."""
    able = givable()
    return [
        known
        for known in registry.permissions
        if known.key in able and granter.may_everywhere(known)
    ]


def lost_by_makers(found: Sequence[ApiKey]) -> dict[UUID, list[str]]:
    """By key, what it may do and whoever made it no more: worth an admin's look."""
    wanted = {each.created_by_id for each in found}
    makers = db.session.scalars(sa.select(Account).where(Account.id.in_(wanted)))
    held = {maker.id: _held_now(maker) for maker in makers}
    return {each.id: sorted(set(each.permissions) - held[each.created_by_id]) for each in found}


def _held_now(person: Account) -> frozenset[str]:
    if not person.active:
        return frozenset()
    grants = conferring(held_now(person))
    return frozenset(
        known.key
        for known in registry.permissions
        if any(grant.confers_everywhere(known) for grant in grants)
    )


def maker(found: ApiKey) -> Account:
    return db.session.scalars(sa.select(Account).where(Account.id == found.created_by_id)).one()


def still_may(service_account_id: UUID, permission: Permission) -> bool:
    """For a job that a key has begun: whether an open key of its account may still do this."""
    live = sa.select(ApiKey.permissions).where(
        ApiKey.service_account_id == service_account_id,
        ApiKey.revoked_at.is_(None),
        ApiKey.expires_at > clock.now(),
    )
    return any(permission.key in held for held in db.session.scalars(live))


def note_use(key_id: UUID, address: str) -> None:
    db.session.execute(
        sa.update(ApiKey)
        .where(ApiKey.id == key_id)
        .values(last_used_at=clock.now(), last_used_ip=address)
    )
