"""What an authenticator says, read and believed or not (WebAuthn Level 3, §7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import sqlalchemy as sa
import webauthn
from sqlalchemy.exc import IntegrityError
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRequestOptions,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.staff.factors.errors import PasskeyRefused
from stackroom.staff.factors.models import Passkey, SpentChallenge

KEPT_FOR = timedelta(hours=1)
"""Longer than any ticket with a challenge is read."""
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError)
"""What the library raises for what is no credential at all."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the ceremony takes place: by the organisation's stored host, never the request's."""

    host: str
    origin: str
    name: str


def question(
    site: Site, known: Iterable[PublicKeyCredentialDescriptor] = (), *, alone: bool
) -> PublicKeyCredentialRequestOptions:
    """`alone`: the passkey is all that is asked for, so the authenticator must know its person."""
    wanted = UserVerificationRequirement
    return webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=list(known),
        user_verification=wanted.REQUIRED if alone else wanted.PREFERRED,
    )


def made(credential: str, challenge: str, site: Site) -> VerifiedRegistration:
    """Raises PasskeyRefused."""
    _spend(challenge)
    try:
        return webauthn.verify_registration_response(
            credential=parse_registration_credential_json(credential),
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except UNREADABLE:
        raise PasskeyRefused from None


def shown(credential: str, challenge: str, site: Site, *, alone: bool) -> Passkey:
    """Which passkey has answered. Raises PasskeyRefused, also where its counter has not risen: then
    there are two of it."""
    _spend(challenge)
    try:
        answer = parse_authentication_credential_json(credential)
        passkey = _found(answer)
        proved = _verified(answer, challenge, site, passkey, alone=alone)
    except UNREADABLE:
        raise PasskeyRefused from None
    passkey.sign_count, passkey.used_at = proved.new_sign_count, clock.now()
    return passkey


def _found(answer: AuthenticationCredential) -> Passkey:
    """Locked, so that its counter cannot be passed twice in the same moment."""
    wanted = sa.select(Passkey).where(Passkey.credential_id == answer.id).with_for_update()
    passkey = db.session.scalar(wanted)
    handle = answer.response.user_handle
    if passkey is None or (handle and handle != passkey.account_id.bytes):
        raise PasskeyRefused
    return passkey


def _verified(
    answer: AuthenticationCredential, challenge: str, site: Site, passkey: Passkey, *, alone: bool
) -> VerifiedAuthentication:
    return webauthn.verify_authentication_response(
        credential=answer,
        expected_challenge=webauthn.base64url_to_bytes(challenge),
        expected_rp_id=site.host,
        expected_origin=site.origin,
        credential_public_key=webauthn.base64url_to_bytes(passkey.public_key),
        credential_current_sign_count=passkey.sign_count,
        require_user_verification=alone,
    )


def _spend(challenge: str) -> None:
    """Raises PasskeyRefused where it was answered before; the database decides who was first."""
    old = clock.now() - KEPT_FOR
    db.session.execute(sa.delete(SpentChallenge).where(SpentChallenge.spent_at < old))
    try:
        with db.session.begin_nested():
            spent = sha256(challenge.encode()).hexdigest()
            db.session.add(SpentChallenge(challenge_hash=spent))
    except IntegrityError:
        raise PasskeyRefused from None
