"""The providers that an organisation trusts, by its admins."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.outbound import Unreachable
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff.roles.granting import Wanted, refuse_beyond
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.roles.shipped import Role
from stackroom.staff.sso import discovery, events
from stackroom.staff.sso.errors import IssuerListed, TooManyProviders
from stackroom.staff.sso.flow import Terms
from stackroom.staff.sso.models import SsoProvider
from stackroom.staff.sso.schemas import ProviderIn

AT_MOST = 5


def providers(query: PageQuery) -> Page[SsoProvider]:
    listed = sa.select(SsoProvider).order_by(SsoProvider.name, SsoProvider.id)
    return paginate(db.session(), listed, query)


def provider(provider_id: UUID) -> SsoProvider:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(SsoProvider).where(SsoProvider.id == provider_id))
    if found is None:
        raise NotFound
    return found


def add(given: ProviderIn, terms: Terms) -> SsoProvider:
    """Raises Invalid, GrantBeyondOwn, TooManyProviders or IssuerListed."""
    _refuse(given, terms)
    count = db.session.scalar(sa.select(sa.func.count()).select_from(SsoProvider)) or 0
    if count >= AT_MOST:
        raise TooManyProviders
    made = SsoProvider(**_columns(given, terms))
    db.session.add(made)
    _flush()
    record(events.ADDED, made, after=_told(made))
    return made


def change(found: SsoProvider, given: ProviderIn, terms: Terms) -> SsoProvider:
    """Raises Invalid, GrantBeyondOwn or IssuerListed."""
    _refuse(given, terms)
    before = _told(found)
    for name, value in _columns(given, terms).items():
        setattr(found, name, value)
    _flush()
    after = _told(found)
    fields = [name.replace("_", " ") for name, value in after.items() if before[name] != value]
    if given.client_secret is not None:
        fields.append("client secret")
    if fields:
        discovery.forget()
        record(events.CHANGED, found, fields=", ".join(fields), before=before, after=after)
    return found


def remove(found: SsoProvider) -> None:
    """Who was linked stays linked, should the issuer come back; their roles stay, too."""
    record(events.REMOVED, found, before=_told(found))
    db.session.delete(found)
    discovery.forget()


def _refuse(given: ProviderIn, terms: Terms) -> None:
    try:
        terms.outbound.checked(given.issuer)
    except Unreachable as error:
        raise Invalid.field("issuer", f"The address cannot be used: {error}.") from None
    if given.required and not given.enabled:
        raise Invalid.field("required", "Only a provider that is switched on can be required.")
    if given.create_accounts and not (given.default_role or given.group_roles):
        raise Invalid.field("create_accounts", "Say which role they get: a default, or by group.")
    _refuse_unknown("default_role", {given.default_role} if given.default_role else set())
    _refuse_unknown("group_roles", {mapping.role for mapping in given.group_roles})
    refuse_beyond(map(Wanted, sorted(_conferred(given))))


def _refuse_unknown(field: str, roles: set[str]) -> None:
    if missing := roles - {known.key for known in staff_roles()}:
        raise Invalid.field(field, f"There is no role “{min(missing)}” for staff.")


def _conferred(given: ProviderIn) -> set[str]:
    """Whoever chooses a provider that may say who somebody is, chooses who comes in as an admin."""
    roles = {mapping.role for mapping in given.group_roles}
    roles |= {given.default_role} if given.default_role else set()
    return roles | ({Role.ADMIN.value} if given.link_by_email else set())


def _columns(given: ProviderIn, terms: Terms) -> dict[str, Any]:
    columns = given.model_dump(exclude={"client_secret", "group_roles"})
    columns["default_role"] = given.default_role or ""
    mapped: dict[str, list[str]] = {}
    for mapping in given.group_roles:
        mapped.setdefault(mapping.group, []).append(mapping.role)
    columns["group_roles"] = mapped
    if given.client_secret is not None:
        secret = given.client_secret
        columns["sealed_secret"] = terms.secrets.close(secret) if secret else ""
    return columns


def _flush() -> None:
    try:
        db.session.flush()  # the database decides whether the issuer is new
    except IntegrityError:
        raise IssuerListed from None


def _told(found: SsoProvider) -> dict[str, Any]:
    """For the trail: everything but the secret."""
    return {
        name: getattr(found, name)
        for name in (
            "name", "issuer", "client_id", "scopes", "groups_claim", "enabled", "required",
            "link_by_email", "create_accounts", "default_role", "group_roles",
        )
    }  # fmt: skip
