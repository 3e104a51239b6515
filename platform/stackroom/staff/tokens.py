"""Access tokens (JWT, RFC 7519) bound to a session and to one organisation; opaque refresh tokens.

The organisation stands in the token as its audience, so a token of one is void at another even
where both are served by the same process and key.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

import jwt as pyjwt
from flask import Flask, current_app
from flask_jwt_extended import JWTManager, create_access_token

from config import Settings
from stackroom.core.errors import WrongOrganisation
from stackroom.staff.errors import InvalidToken
from tenants import context

jwt = JWTManager()
ISSUER, ALGORITHM = "stackroom", "HS256"


def install(app: Flask, settings: Settings) -> None:
    app.config["JWT_SECRET_KEY"] = settings.secret_key.get_secret_value()
    app.config["JWT_ENCODE_ISSUER"] = ISSUER
    app.config["JWT_ALGORITHM"] = ALGORITHM
    jwt.init_app(app)


@dataclass(frozen=True, slots=True)
class Claims:
    account_id: UUID
    session_id: UUID


def issue(account_id: UUID, session_id: UUID, lifetime: timedelta) -> str:
    organisation = str(context.current().uuid)
    token: str = create_access_token(
        str(account_id),
        expires_delta=lifetime,
        additional_claims={"sid": str(session_id), "aud": organisation},
    )
    return token


@dataclass(frozen=True, slots=True)
class Proven:
    """What a sound signature vouches for; `expires_at` in seconds since 1970."""

    claims: Claims
    organisation: str
    expires_at: int


def read(token: str) -> Claims:
    """Raises InvalidToken, or WrongOrganisation for a sound token of another organisation."""
    try:
        found = _prove(token, current_app.config["JWT_SECRET_KEY"])
    except (pyjwt.InvalidTokenError, ValueError):
        raise InvalidToken from None
    if found.expires_at <= time.time():
        raise InvalidToken
    if found.organisation != str(context.current().uuid):
        raise WrongOrganisation
    return found.claims


@lru_cache(maxsize=1024)
def _prove(token: str, key: str) -> Proven:
    """A signature that was sound stays sound, so it is checked once in a token's short life; when
    it ends and whether its session is open are asked every time."""
    claims = pyjwt.decode(
        token, key, algorithms=[ALGORITHM], issuer=ISSUER,
        options={"verify_aud": False, "require": ["sub", "sid", "aud", "exp"]},
    )  # fmt: skip
    return Proven(
        Claims(UUID(claims["sub"]), UUID(claims["sid"])), claims["aud"], int(claims["exp"])
    )


def new_secret() -> tuple[str, str]:
    """A refresh secret and the hash that is stored of it."""
    secret = secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
