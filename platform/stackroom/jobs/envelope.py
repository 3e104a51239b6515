"""For whom a job works, in whose name, and for which request: it travels in the message's headers,
beside the arguments, and nobody can send a job without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stackroom.core.actor import Actor, Channel, Provenance, provenance
from stackroom.observability import tracing
from tenants import context

HEADER = "stackroom"


class BadEnvelope(ValueError):
    """A message without an organisation, or with one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Envelope:
    organisation: UUID
    actor: Actor
    request_id: str
    traceparent: str

    @property
    def provenance(self) -> Provenance:
        return Provenance(self.actor, Channel.JOB, request_id=self.request_id)

    def as_header(self) -> dict[str, Any]:
        return {
            "organisation": str(self.organisation),
            "actor": self.actor.as_json(),
            "request_id": self.request_id,
            "traceparent": self.traceparent,
        }


def seal() -> Envelope:
    """Of what is open here and now. Raises NoTenant or NoActor."""
    present = provenance()
    return Envelope(
        context.current().uuid, present.actor, present.request_id, tracing.traceparent()
    )


def unseal(headers: Mapping[str, Any] | None) -> Envelope:
    """Raises BadEnvelope."""
    try:
        given = (headers or {})[HEADER]
        return Envelope(
            UUID(given["organisation"]), Actor.read(given["actor"]), str(given["request_id"]),
            str(given["traceparent"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadEnvelope(f"the message has no sound envelope: {error!r}") from None
