"""Whether a flag is on for the open organisation: Flagsmith, evaluated here from a document.

The identity is `tenant:<uuid of the organisation>`, its traits are slug, plan, region and
library_type. In the document (`Settings.flags_document`, in the shape that a Flagsmith server
exports) an identity override comes before the segments, which come before the environment's
default. Nothing is asked of a network, and nothing is reported to one.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from flagsmith import Flagsmith
from flagsmith.models import Flag as Evaluated
from flagsmith.offline_handlers import LocalFileHandler
from flask import current_app

from config import ConfigurationError, Settings
from stackroom.core.http import Stackroom
from stackroom.flags.registry import FLAGS, Flag
from tenants import context
from tenants.context import Tenant

OVERRIDDEN = "identity_overrides"
"""What Flagsmith calls the segment of the identities that have an override."""


@dataclass(frozen=True, slots=True)
class State:
    """A flag as it stands for one organisation, and why, in words."""

    key: str
    enabled: bool
    value: str | int | float | bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    tenant: Tenant
    states: dict[str, State]
    on: dict[str, bool]


class FlagClient:
    """Evaluates all flags once for each organisation as it was last read; then looks them up."""

    def __init__(self, document: Path) -> None:
        """Raises ConfigurationError."""
        self._handler = _read(document)
        self._made_in = 0
        self._held: dict[int, Held] = {}

    def is_on(self, key: str) -> bool:
        """Raises KeyError for a flag that is not registered."""
        tenant = context.current_or_none()
        if tenant is None:
            return FLAGS[key].default
        held = self._held.get(tenant.id)
        if held is None or held.tenant is not tenant:
            held = self._evaluate(tenant)
        return held.on[key]

    def states(self) -> list[State]:
        """Every registered flag, for the open organisation."""
        return list(self._evaluate(context.current()).states.values())

    def _evaluate(self, tenant: Tenant) -> Held:
        found = self._client().get_identity_flags(
            identifier=f"tenant:{tenant.uuid}",
            traits={
                "slug": tenant.slug,
                "plan": tenant.plan,
                "region": tenant.region,
                "library_type": tenant.library_type,
            },
        )
        evaluated = {flag.feature_name: flag for flag in found.all_flags()}
        states = {key: _state(flag, evaluated.get(key)) for key, flag in FLAGS.items()}
        on = {key: state.enabled for key, state in states.items()}
        self._held[tenant.id] = held = Held(tenant, states, on)
        return held

    def _client(self) -> Flagsmith:
        # The threads of a client do not survive a fork, so each process makes its own.
        if self._made_in != os.getpid():
            self._flagsmith = Flagsmith(offline_mode=True, offline_handler=self._handler)
            self._made_in = os.getpid()
        return self._flagsmith


def _read(document: Path) -> LocalFileHandler:
    try:
        return LocalFileHandler(str(document))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        fault = f"{document} is no environment document of Flagsmith: {error!r}"
        raise ConfigurationError([f"STACKROOM_FLAGS_DOCUMENT: {fault}"]) from error


def _state(flag: Flag, evaluated: Evaluated | None) -> State:
    if evaluated is None:
        return State(flag.key, flag.default, None, "the default; the flag document lacks it")
    reason = _words(evaluated.reason or "")
    return State(flag.key, evaluated.enabled, evaluated.value, reason)


def _words(reason: str) -> str:
    """Flagsmith gives `DEFAULT` or `TARGETING_MATCH; segment=<name>`."""
    _, _, segment = reason.partition("segment=")
    if segment == OVERRIDDEN:
        return "set for this organisation"
    return f"set for {segment}" if segment else "the default for everybody"


def client() -> FlagClient:
    found: FlagClient = current_app.extensions["flags"]
    return found


def install(app: Stackroom, settings: Settings) -> None:
    """Raises ConfigurationError."""
    app.extensions["flags"] = made = FlagClient(settings.flags_document)
    app.flag_is_on = made.is_on
