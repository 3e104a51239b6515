"""Passkeys (WebAuthn Level 3): made, named, removed, by the person they belong to."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
import webauthn
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.staff.factors import events, notices, queries
from stackroom.staff.factors.errors import PasskeyPresent
from stackroom.staff.factors.models import Passkey
from stackroom.staff.factors.service import ceremonies, recovery
from stackroom.staff.factors.service.ceremonies import Site
from stackroom.staff.models import Account


def offer(account: Account, site: Site) -> PublicKeyCredentialCreationOptions:
    """What the browser is to make. One that can sign in alone is wished for, not asked for: a
    plain security key serves as a second factor."""
    return webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=account.name,
        exclude_credentials=known(queries.held(account.id).passkeys, site),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )


def known(passkeys: Iterable[Passkey], site: Site) -> list[PublicKeyCredentialDescriptor]:
    """Those that serve on this host."""
    return [
        PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(each.credential_id))
        for each in passkeys
        if each.host == site.host
    ]


def add(account: Account, name: str, credential: str, challenge: str, site: Site) -> Passkey:
    """Raises PasskeyRefused, or PasskeyPresent where it is somebody's already."""
    made = ceremonies.made(credential, challenge, site)
    passkey = Passkey(
        account_id=account.id,
        name=name,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        host=site.host,
    )
    if db.session.scalar(sa.select(Passkey.id).filter_by(credential_id=passkey.credential_id)):
        raise PasskeyPresent
    db.session.add(passkey)
    record(events.ADDED, account, factor=f"the passkey “{name}”")
    notices.tell(account.id, notices.ADDED, f"the passkey “{name}”")
    return passkey


def own(account_id: UUID, passkey_id: UUID) -> Passkey:
    """Raises NotFound for somebody else's, as for none."""
    wanted = sa.select(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    if (found := db.session.scalar(wanted)) is None:
        raise NotFound
    return found


def rename(passkey: Passkey, name: str) -> None:
    before, passkey.name = passkey.name, name
    record(events.RENAMED, queries.account(passkey.account_id), before=before, after=name)


def remove(passkey: Passkey) -> None:
    account_id, factor = passkey.account_id, f"the passkey “{passkey.name}”"
    db.session.delete(passkey)
    db.session.flush()  # see what is left
    if not queries.has_factor(account_id):
        recovery.forget(account_id)
    record(events.REMOVED, queries.account(account_id), factor=factor)
    notices.tell(account_id, notices.REMOVED, factor)
