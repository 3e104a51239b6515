"""What a provider says of itself (OpenID Connect Discovery 1.0) and the keys it signs with, kept
for an hour so that a sign-in does not wait for them."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization, import_key
from pydantic import BaseModel, Field, ValidationError

from stackroom.core.cache import Area
from stackroom.core.outbound import Outbound, Unreachable
from stackroom.core.sealing import Seal
from stackroom.staff.sso.errors import ProviderFailed
from stackroom.staff.sso.models import SsoProvider

DOCUMENTS = Area("sso")
KEPT_SECONDS = 3600
MOST_KEYS = 50
SMALLEST_MODULUS = 342
"""Characters of base64url: 2048 bits, the least that JOSE allows for RSA (RFC 7518 §3.3)."""
Place = Annotated[str, Field(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Client:
    """We, as one provider knows us; what a sign-in needs while no transaction is open."""

    id: UUID
    name: str
    issuer: str
    client_id: str
    secret: str
    scopes: str
    groups_claim: str

    @classmethod
    def of(cls, provider: SsoProvider, secrets: Seal) -> "Client":
        """Raises Broken where the secret was sealed by another secret key."""
        secret = secrets.open(provider.sealed_secret) if provider.sealed_secret else ""
        return cls(
            provider.id, provider.name, provider.issuer, provider.client_id, secret,
            provider.scopes, provider.groups_claim,
        )  # fmt: skip

    def place(self, kind: str) -> str:
        """In the cache; what was asked of an issuer is not found for another."""
        return f"{self.id}/{sha256(self.issuer.encode()).hexdigest()}/{kind}"


class Metadata(BaseModel):
    """Of the document, what we go by; what is left out has the default of the standards."""

    issuer: Place
    authorization_endpoint: Place
    token_endpoint: Place
    jwks_uri: Place
    userinfo_endpoint: Place = ""
    response_types_supported: list[str] = ["code"]
    id_token_signing_alg_values_supported: list[str] = ["RS256"]
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    code_challenge_methods_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        named = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return (*named, self.userinfo_endpoint) if self.userinfo_endpoint else named


def metadata(client: Client, outbound: Outbound) -> Metadata:
    """Raises ProviderFailed."""
    try:
        kept = DOCUMENTS.remember(
            client.place("metadata"),
            KEPT_SECONDS,
            lambda: asked_metadata(client.issuer, outbound).model_dump(),
        )
    except Unreachable as error:
        raise ProviderFailed(str(error)) from None
    return Metadata.model_validate(kept)


def asked_metadata(issuer: str, outbound: Outbound) -> Metadata:
    """Raises Unreachable, also for a document that speaks for another issuer: it must be the very
    same text (Discovery §4.3)."""
    document = outbound.document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    try:
        found = Metadata.model_validate(document)
    except ValidationError as error:
        fields = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors()}))
        raise Unreachable(f"its discovery document lacks, or garbles, {fields}") from None
    if found.issuer != issuer:
        raise Unreachable(f"its discovery document is of the issuer “{found.issuer[:200]}”")
    for place in found.places:
        outbound.checked(place)
    return found


def keys(client: Client, known: Metadata, outbound: Outbound, *, fresh: bool = False) -> KeySet:
    """`fresh`: it may have changed them. Raises ProviderFailed."""
    place = client.place("keys")
    if fresh:
        DOCUMENTS.delete(place)
    try:
        kept = DOCUMENTS.remember(place, KEPT_SECONDS, lambda: asked_keys(known.jwks_uri, outbound))
    except Unreachable as error:
        raise ProviderFailed(str(error)) from None
    return KeySet.import_key_set(KeySetSerialization(keys=kept))


def asked_keys(jwks_uri: str, outbound: Outbound) -> list[dict[str, Any]]:
    """Public keys that may have signed a token. Raises Unreachable where there are none."""
    listed = outbound.document(jwks_uri).get("keys")
    given = listed[:MOST_KEYS] if isinstance(listed, list) else []
    usable = [key for key in given if isinstance(key, dict) and _signs(key)]
    if not usable:
        raise Unreachable("it shows no key that we could check a signature with")
    return usable


def _signs(key: dict[str, Any]) -> bool:
    """Never a symmetric one: whoever may check a token with it could also make one."""
    too_small = key.get("kty") == "RSA" and len(str(key.get("n", ""))) < SMALLEST_MODULUS
    if key.get("kty") not in ("RSA", "EC") or key.get("use", "sig") != "sig" or too_small:
        return False
    try:
        import_key(key)
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def forget() -> None:
    """Whenever settings change, or an admin looks whether the provider is well again."""
    DOCUMENTS.clear()
