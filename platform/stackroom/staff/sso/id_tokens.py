"""Whether an ID token may be believed (OpenID Connect Core §3.1.3.7)."""

from collections.abc import Callable
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from stackroom.core import clock
from stackroom.staff.sso.discovery import Client, Metadata
from stackroom.staff.sso.errors import Untrue

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
)  # fmt: skip
"""By public key alone: neither “none”, nor HS256, whose key the client secret would be."""
LEEWAY = 60
"""Seconds by which two clocks may differ."""
OLDEST = 600
"""Seconds since a token was made: it comes straight from the provider."""
LONGEST = 255
"""Characters of a subject (Core §2)."""


def verified(
    token: dict[str, Any], client: Client, known: Metadata, *, keys: Callable[[bool], KeySet],
    nonce: str,
) -> dict[str, Any]:  # fmt: skip
    """The claims. `token`: what the token endpoint answered; `keys` are asked for once more,
    fresh, where none of those that are kept has signed. Raises Untrue."""
    text = token.get("id_token")
    if not isinstance(text, str):
        raise Untrue(why="it sent no ID token")
    try:
        found = _decoded(text, known, keys)
        claims = CodeIDToken(
            found.claims,
            found.header,
            {
                "iss": {"essential": True, "value": client.issuer},
                "aud": {"essential": True, "value": client.client_id},
                "sub": {"essential": True},
            },
            {
                "nonce": nonce,
                "client_id": client.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(_now(), LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise Untrue(why=f"its ID token does not hold: {error}"[:200]) from None
    return _plausible(dict(claims))


def _decoded(text: str, known: Metadata, keys: Callable[[bool], KeySet]) -> jwt.Token:
    stated = known.id_token_signing_alg_values_supported
    allowed = [algorithm for algorithm in ALGORITHMS if algorithm in stated]
    try:
        return jwt.decode(text, keys(False), algorithms=allowed)
    except (InvalidKeyIdError, BadSignatureError):
        return jwt.decode(text, keys(True), algorithms=allowed)


def _plausible(claims: dict[str, Any]) -> dict[str, Any]:
    if claims["iat"] < _now() - OLDEST - LEEWAY:
        raise Untrue(why="its ID token was made long ago")
    if not 0 < len(claims["sub"]) <= LONGEST:
        raise Untrue(why="its subject is empty or too long")
    return claims


def _now() -> int:
    return int(clock.now().timestamp())
