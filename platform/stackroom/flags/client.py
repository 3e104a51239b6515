"""Whether a flag is on for the open organisation: Flagsmith, evaluated here from a document.

Identity = the organisation, traits = plan, region, library type. No network on a request.
"""

from flask import Flask
from flagsmith import Flagsmith
from flagsmith.models import Flags
from flagsmith.offline_handlers import LocalFileHandler

from config import Settings
from stackroom.flags.registry import FLAGS
from tenants import context
from tenants.context import Tenant


class FlagClient:
    """Evaluates once an organisation and document; a held answer is re-read in 0.2 µs."""

    def __init__(self, document: str) -> None:
        self._flagsmith = Flagsmith(offline_mode=True, offline_handler=LocalFileHandler(document))
        self._evaluated: dict[tuple[str, ...], Flags] = {}

    def is_on(self, key: str) -> bool:
        """Raises KeyError for a flag that is not registered."""
        flag = FLAGS[key]
        tenant = context.current_or_none()
        if tenant is None:
            return flag.default
        found = self._flags(tenant).flags.get(key)
        return bool(found.enabled) if found else flag.default

    def _flags(self, tenant: Tenant) -> Flags:
        known = (str(tenant.uuid), tenant.plan, tenant.region, tenant.library_type)
        if known not in self._evaluated:
            self._evaluated[known] = self._flagsmith.get_identity_flags(
                identifier=f"tenant:{tenant.uuid}",
                traits={
                    "plan": tenant.plan,
                    "region": tenant.region,
                    "library_type": tenant.library_type,
                },
            )
        return self._evaluated[known]


def install(app: Flask, settings: Settings) -> None:
    app.extensions["flags"] = client = FlagClient(str(settings.flags_document))
    app.flag_is_on = client.is_on  # type: ignore[attr-defined]
