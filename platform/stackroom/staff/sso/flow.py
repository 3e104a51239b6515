"""A sign-in under way: out to the provider and back (RFC 6749 §4.1, RFC 7636, RFC 9700).

What must come back with the browser that was sent out stands in its cookie, sealed; so a callback
that was planted in another browser, or that serves a second time, ends here. Providers are asked
while no transaction is open: nobody waits for a slow one but whoever signs in by it.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from authlib.oauth2.client import OAuth2Client

from stackroom.core.cache import Area
from stackroom.core.database import db, transaction
from stackroom.core.errors import NotFound
from stackroom.core.outbound import Outbound
from stackroom.core.sealing import Broken, Seal
from stackroom.staff.sso import discovery, exchange
from stackroom.staff.sso.discovery import Client
from stackroom.staff.sso.errors import Denied, FlowLost, FlowUsed, ProviderFailed, Untrue
from stackroom.staff.sso.exchange import Arrival, Proof
from stackroom.staff.sso.models import SsoProvider
from tenants import context
from tenants.database import reads_only

LASTS = timedelta(minutes=10)
"""From the button to the return; people look for their telephone meanwhile."""
LONGEST_PATH = 1000
AGAIN = {"prompt": "login", "max_age": "60"}
"""Asks the provider to have the person prove anew who they are, and to say when they did."""
USED = Area("ssoused")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the platform gives. `secrets` seals what is stored, `flows` what is in cookies."""

    outbound: Outbound
    secrets: Seal
    flows: Seal
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Flow:
    """`tried_by`: an admin who only wants to see what would come of it."""

    organisation: str
    provider_id: str
    state: str
    nonce: str
    verifier: str
    onward: str
    tried_by: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the browser brings back, in the query."""

    state: str
    code: str
    issuer: str
    error: str


@dataclass(frozen=True, slots=True)
class Begun:
    address: str
    cookie: str


def begin(
    provider_id: UUID, terms: Terms, *, onward: str, tried_by: UUID | None = None,
    again: bool = False,
) -> Begun:  # fmt: skip
    """Raises NotFound, also where the provider is switched off and nobody tries it, or
    ProviderFailed."""
    client = _client(provider_id, terms, enabled=tried_by is None)
    known = discovery.metadata(client, terms.outbound)
    flow = Flow(
        str(context.current().uuid), str(client.id), secrets.token_urlsafe(24),
        secrets.token_urlsafe(24), secrets.token_urlsafe(48),
        onward if len(onward) <= LONGEST_PATH else "", str(tried_by or ""),
    )  # fmt: skip
    oauth = OAuth2Client(
        session=None, client_id=client.client_id, scope=client.scopes,
        redirect_uri=terms.redirect_uri, code_challenge_method="S256",
    )  # fmt: skip
    address, _state = oauth.create_authorization_url(
        known.authorization_endpoint, state=flow.state, code_verifier=flow.verifier,
        nonce=flow.nonce, **(AGAIN if again else {}),
    )  # fmt: skip
    return Begun(address, terms.flows.close(orjson.dumps(asdict(flow)).decode()))


def _client(provider_id: UUID, terms: Terms, *, enabled: bool) -> Client:
    def read() -> Client:
        provider = provider_of(provider_id)
        if enabled and not provider.enabled:
            raise NotFound
        try:
            return Client.of(provider, terms.secrets)
        except Broken:
            raise ProviderFailed(
                "the client secret kept here cannot be read; enter it anew"
            ) from None

    return apart(read, writes=False)


def provider_of(provider_id: UUID) -> SsoProvider:
    found = db.session.scalar(sa.select(SsoProvider).where(SsoProvider.id == provider_id))
    if found is None:
        raise NotFound
    return found


def apart(work: Callable[[], T], *, writes: bool = True) -> T:
    """In a transaction of its own. That of the request, which has only read, is given up."""
    db.session.remove()
    with reads_only(not writes), transaction():
        return work()


def opened(cookie: str, said: Said, terms: Terms) -> Flow:
    """The sign-in that this browser has begun, once. Raises FlowLost or FlowUsed."""
    try:
        flow = Flow(**orjson.loads(terms.flows.open(cookie, within=int(LASTS.total_seconds()))))
    except Broken:
        raise FlowLost from None
    same = hmac.compare_digest(flow.state.encode(), said.state.encode())
    if not same or flow.organisation != str(context.current().uuid):
        raise FlowLost
    if not USED.add(sha256(flow.state.encode()).hexdigest(), 1, int(LASTS.total_seconds())):
        raise FlowUsed
    return flow


def arrive(flow: Flow, said: Said, terms: Terms) -> Arrival:
    """Raises NotFound, ProviderFailed, Denied or Untrue."""
    client = _client(UUID(flow.provider_id), terms, enabled=not flow.tried_by)
    known = discovery.metadata(client, terms.outbound)
    if said.issuer not in ("", client.issuer):  # RFC 9207: another provider's answer
        raise Untrue(why="the answer names another issuer")
    if known.authorization_response_iss_parameter_supported and not said.issuer:
        raise Untrue(why="the answer does not name its issuer, as the provider says it does")
    if said.error:
        raise Denied(why=f"the provider answered {said.error[:60]}")
    if not said.code:
        raise Untrue(why="the answer holds no code")
    proof = Proof(said.code, flow.verifier, flow.nonce, terms.redirect_uri)
    return exchange.arrival(client, terms.outbound, proof)
