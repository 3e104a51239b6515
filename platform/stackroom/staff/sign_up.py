"""An organisation signs up: in one transaction it has an address, an admin and what lending needs."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import actor, outbox
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.features import registry
from stackroom.staff import events, passwords, sign_in
from stackroom.staff.errors import InvalidVerification, SlugTaken
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles import Role
from tenants import context, slugs, wall
from tenants.lifecycle import Status
from tenants.models import Organisation

VERIFY_WITHIN = 2 * 24 * 3600
"""Seconds."""


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    name: str
    slug: str
    admin_name: str
    admin_email: str
    password: str
    timezone: str = "UTC"


def sign_up(new: NewOrganisation, *, base_domain: str, hasher: passwords.Passwords) -> Organisation:
    """Raises Invalid (slug, password) or SlugTaken; on any of them nothing is kept."""
    try:
        slugs.check(new.slug)
    except slugs.BadSlug as error:
        raise Invalid.field("slug", str(error)) from None
    passwords.check(new.password, knows=(new.admin_email, new.admin_name, new.slug, new.name))
    organisation = _take_address(new, base_domain)
    context.enter(organisation.as_tenant())
    wall.enter(db.session())
    admin = Account(
        email=sign_in.normalise(new.admin_email),
        name=new.admin_name,
        password_hash=hasher.hash(new.password),
        grants=[RoleGrant(role=Role.ADMIN)],
    )
    db.session.add(admin)
    actor.enter(replace(actor.provenance(), actor=actor.Actor(actor.ActorType.PERSON, None, admin.name)))
    registry.provision()
    db.session.flush()  # the mail names the admin's account
    record(events.SIGNED_UP, label=organisation.name, slug=organisation.slug)
    outbox.send("staff.verification_mail", {"account_id": str(admin.id)})
    return organisation


def _take_address(new: NewOrganisation, base_domain: str) -> Organisation:
    organisation = Organisation(
        slug=new.slug, name=new.name, host=f"{new.slug}.{base_domain}", timezone=new.timezone
    )
    db.session.add(organisation)
    try:
        db.session.flush()  # the database decides who was first
    except IntegrityError:
        raise SlugTaken from None
    return organisation


def verification_token(account_id: UUID, secret: str) -> str:
    tenant = context.current()
    return _serializer(secret).dumps({"o": str(tenant.uuid), "a": str(account_id)})


def verify(token: str, secret: str) -> Organisation:
    """Open the organisation. A second visit changes nothing: mail programs fetch links too.

    Raises InvalidVerification.
    """
    try:
        claims: dict[str, Any] = _serializer(secret).loads(token, max_age=VERIFY_WITHIN)
    except BadData:
        raise InvalidVerification from None
    with context.unscoped("verify the e-mail of an organisation that is not open yet"):
        organisation = db.session.scalar(
            sa.select(Organisation).where(Organisation.uuid == UUID(claims["o"]))
        )
    if organisation is None:
        raise InvalidVerification
    if organisation.status is Status.PROVISIONING:
        organisation.become(Status.ACTIVE)
        context.enter(organisation.as_tenant())
        wall.enter(db.session())
        record(events.ACTIVATED, label=organisation.name)
    return organisation


def _serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="verify-organisation")
