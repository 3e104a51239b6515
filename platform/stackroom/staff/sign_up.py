"""An organisation signs up: one transaction gives it an address, an admin, all lending needs."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import actor, clock, outbox
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.features import registry
from stackroom.staff import events, passwords, sign_in
from stackroom.staff.errors import InvalidVerification, SlugTaken
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles.shipped import Role
from tenants import context, slugs, wall
from tenants.lifecycle import Status
from tenants.models import Organisation

VERIFY_WITHIN = timedelta(days=2)


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
    founder = actor.Actor(actor.ActorType.PERSON, None, admin.name)
    actor.enter(replace(actor.provenance(), actor=founder))
    registry.provision()
    db.session.flush()  # the mail names the admin's account
    record(events.SIGNED_UP, label=organisation.name, slug=organisation.slug)
    outbox.send("staff.verification_mail", {"account_id": str(admin.id)})
    return organisation


def _take_address(new: NewOrganisation, base_domain: str) -> Organisation:
    _release_unopened(new.slug)
    _refuse_address_of_the_purged(new.slug)
    organisation = Organisation(
        slug=new.slug,
        name=new.name,
        host=f"{new.slug}.{base_domain}",
        timezone=new.timezone,
        created_at=clock.now(),
    )
    db.session.add(organisation)
    try:
        db.session.flush()  # the database decides who was first
    except IntegrityError:
        raise SlugTaken from None
    return organisation


def _refuse_address_of_the_purged(slug: str) -> None:
    """Raises SlugTaken: bookmarks and links of a library that is gone must not lead its patrons to
    a stranger's sign-in."""
    with context.unscoped("see whether an address belonged to a purged organisation"):
        if db.session.scalar(
            sa.select(Organisation.id).where(Organisation.slug == slugs.tombstone(slug))
        ):
            raise SlugTaken


def _release_unopened(slug: str) -> None:
    """An address whose link was never followed is free again once the link has run out."""
    with context.unscoped("find an organisation that never opened"):
        unopened = db.session.scalar(
            sa.select(Organisation).where(
                Organisation.slug == slug,
                Organisation.status == Status.PROVISIONING,
                Organisation.created_at < clock.now() - VERIFY_WITHIN,
            )
        )
    if unopened:
        unopened.slug = unopened.host = f"unopened.{unopened.id}"  # no slug holds a dot
        db.session.flush()  # before the address is taken anew


def verification_token(account_id: UUID, secret: str) -> str:
    tenant = context.current()
    return _serializer(secret).dumps({"o": str(tenant.uuid), "a": str(account_id)})


def organisation_of(token: str, secret: str) -> Organisation:
    """Whom the link in a mail belongs to. Raises InvalidVerification."""
    try:
        claims: dict[str, Any] = _serializer(secret).loads(
            token, max_age=int(VERIFY_WITHIN.total_seconds())
        )
    except BadData:
        raise InvalidVerification from None
    with context.unscoped("verify the e-mail of an organisation that is not open yet"):
        organisation = db.session.scalar(
            sa.select(Organisation).where(Organisation.uuid == UUID(claims["o"]))
        )
    if organisation is None:
        raise InvalidVerification
    return organisation


def verify(token: str, secret: str) -> Organisation:
    """Open the organisation; a second time changes nothing. Raises InvalidVerification."""
    organisation = organisation_of(token, secret)
    if organisation.status is Status.PROVISIONING:
        organisation.open()
        context.enter(organisation.as_tenant())
        wall.enter(db.session())
        record(events.ACTIVATED, label=organisation.name)
    return organisation


class ClockSigner(TimestampSigner):
    """Dates by our clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _serializer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="verify-organisation", signer=ClockSigner)
