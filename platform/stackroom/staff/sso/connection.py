"""The test of a provider's settings asks what a sign-in would ask, and tells it step by step."""

from dataclasses import dataclass
from uuid import UUID

from stackroom.audit.events import record
from stackroom.core.outbound import Outbound, Unreachable
from stackroom.staff.sso import discovery, events
from stackroom.staff.sso.flow import Terms, apart, provider_of
from stackroom.staff.sso.id_tokens import ALGORITHMS


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    passed: bool
    finding: str


def check(provider_id: UUID, terms: Terms) -> list[Step]:
    """Ends at the first step that fails. Raises NotFound."""
    issuer = apart(lambda: provider_of(provider_id).issuer, writes=False)
    discovery.forget()
    steps = _steps(issuer, terms.outbound)

    def note() -> None:
        finding = "all is well" if steps[-1].passed else steps[-1].finding
        record(events.TESTED, provider_of(provider_id), finding=finding)

    apart(note)
    return steps


def _steps(issuer: str, outbound: Outbound) -> list[Step]:
    steps = []
    title = "The discovery document"
    try:
        known = discovery.asked_metadata(issuer, outbound)
        steps.append(Step(title, True, f"found, and it is of the issuer {known.issuer}"))
        title = "What it offers"
        steps.append(Step(title, *_offers(known)))
        if steps[-1].passed:
            title = "Its keys"
            count = len(discovery.asked_keys(known.jwks_uri, outbound))
            steps.append(Step(title, True, f"{count} that signatures can be checked with"))
    except Unreachable as error:
        steps.append(Step(title, False, f"{error}"))
    return steps


def _offers(known: discovery.Metadata) -> tuple[bool, str]:
    if "code" not in known.response_types_supported:
        return False, "it does not offer the authorization code flow"
    if not set(known.id_token_signing_alg_values_supported) & set(ALGORITHMS):
        return False, f"it signs with none of {', '.join(ALGORITHMS)}"
    if "S256" not in known.code_challenge_methods_supported:
        return True, "what we need; it does not say that it heeds PKCE, which we send all the same"
    return True, "the code flow, PKCE and a signature that we trust"
