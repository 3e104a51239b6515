"""From the code in the browser's hand to what the provider says of a person."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from stackroom.core import clock
from stackroom.core.outbound import Outbound, Unreachable
from stackroom.staff import sign_in
from stackroom.staff.sso import discovery, id_tokens
from stackroom.staff.sso.discovery import Client, Metadata
from stackroom.staff.sso.errors import ProviderFailed, Untrue

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
MOST_GROUPS = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody, as the provider vouches for them."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    groups: tuple[str, ...]
    proved_at: datetime | None = None
    """When they last showed the provider who they are, where it says so."""

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]

    @property
    def who(self) -> str:
        """For the trail."""
        return self.email or self.subject


@dataclass(frozen=True, slots=True)
class Proof:
    """The code, and what only whoever began this sign-in can know."""

    code: str
    verifier: str
    nonce: str
    redirect_uri: str


def arrival(client: Client, outbound: Outbound, proof: Proof) -> Arrival:
    """Raises ProviderFailed or Untrue."""
    known = discovery.metadata(client, outbound)
    try:
        token = _redeem(client, known, outbound, proof)
        claims = id_tokens.verified(
            token, client, known, nonce=proof.nonce,
            keys=lambda fresh: discovery.keys(client, known, outbound, fresh=fresh),
        )  # fmt: skip
        more = _userinfo(client, known, outbound, token, claims)
    except Unreachable as error:
        raise ProviderFailed(str(error)) from None
    return _arrival(client, {**more, **claims})


def _redeem(client: Client, known: Metadata, outbound: Outbound, proof: Proof) -> dict[str, Any]:
    oauth = OAuth2Client(
        session=outbound, client_id=client.client_id, client_secret=client.secret or None,
        token_endpoint_auth_method=_auth_method(client, known),
    )  # fmt: skip
    try:
        token: dict[str, Any] = oauth.fetch_token(
            known.token_endpoint, grant_type="authorization_code", code=proof.code,
            redirect_uri=proof.redirect_uri, code_verifier=proof.verifier,
        )  # fmt: skip
    except OAuth2Error as error:
        if error.error in ("invalid_client", "unauthorized_client"):
            raise ProviderFailed("it does not accept our client id and secret") from None
        raise Untrue(why=f"it refused the code: {error.error}"[:200]) from None
    except (ValueError, TypeError, AttributeError):
        raise ProviderFailed("its answer to the code is no token") from None
    return token


def _auth_method(client: Client, known: Metadata) -> str:
    if not client.secret:
        return "none"
    methods = known.token_endpoint_auth_methods_supported
    basic = "client_secret_basic" in methods or "client_secret_post" not in methods
    return "client_secret_basic" if basic else "client_secret_post"


def _userinfo(
    client: Client, known: Metadata, outbound: Outbound, token: dict[str, Any],
    claims: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Where the ID token does not say all: claims that a scope asks for may come here (Core §5.4).
    It must be of the same person (§5.3.2)."""
    complete = "email" in claims and client.groups_claim in claims
    if complete or not known.userinfo_endpoint or not token.get("access_token"):
        return {}
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    found = outbound.document(known.userinfo_endpoint, bearer)
    if found.get("sub") != claims["sub"]:
        raise Untrue(why="its user information is of somebody else")
    return found


def _arrival(client: Client, claims: dict[str, Any]) -> Arrival:
    """`email_verified` is taken for true where it says so, and not where it is left out."""
    email = sign_in.normalise(str(claims.get("email") or ""))
    if not EMAIL.fullmatch(email) or not email.isprintable():
        email = ""
    return Arrival(
        issuer=client.issuer,
        subject=claims["sub"],
        email=email,
        email_verified=claims.get("email_verified") is True,
        name=_name(claims) or email.partition("@")[0] or "Somebody",
        groups=_groups(claims.get(client.groups_claim)),
        proved_at=_proved_at(claims.get("auth_time")),
    )


def _name(claims: dict[str, Any]) -> str:
    parts = (claims.get("given_name"), claims.get("family_name"))
    given = claims.get("name") or " ".join(str(part) for part in parts if part)
    printable = "".join(each if each.isprintable() else " " for each in str(given))
    return " ".join(printable.split())[:200]


def _groups(said: Any) -> tuple[str, ...]:
    listed = said if isinstance(said, list) else [said]
    return tuple(group for group in listed[:MOST_GROUPS] if isinstance(group, str))


def _proved_at(said: Any) -> datetime | None:
    now = clock.now()
    if not isinstance(said, int | float) or not 0 < said <= now.timestamp() + id_tokens.LEEWAY:
        return None
    return min(datetime.fromtimestamp(said, UTC), now)
